/** The status that a program knows from the API itself, for what a turn failed with. */
import { CausewayError } from '../../core/errors.ts';
import { statusOfCode } from '../statuses.ts';

/** To whoever uses Causeway's own routes these are failures of what stands behind them; here they are the API's own. */
const statuses: Readonly<Record<string, number>> = {
  no_api_key: 401,
  api_key_rejected: 401,
  billing: 402,
  permission_denied: 403,
  provider_invalid_request: 400,
};

/** The same error with the status of the wire; a bad gateway where there is none. */
export function wireStatus({ code, message, action, retryAfterMs }: CausewayError): CausewayError {
  return new CausewayError(code, message, {
    action,
    status: statuses[code] ?? statusOfCode(code) ?? 502,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
