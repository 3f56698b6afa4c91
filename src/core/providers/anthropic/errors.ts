import * as errors from '../../errors.ts';

/** The parts of an SDK error that decide what the user is told. Its message may quote the request, so it is cut. */
interface ApiFailure {
  status?: number | undefined;
  type?: string | null | undefined;
  message: string;
  retryAfterMs?: number | undefined;
}

const tooLong = /prompt is too long(?::\s*(\d+)\s*tokens?\s*>\s*(\d+))?/i;

/** Longest part of the API's own words that is shown. */
const shownLength = 300;

/** The error for a failed request; see https://platform.claude.com/docs/en/api/errors. */
export function apiError(failure: ApiFailure, model: string): errors.CausewayError {
  const long = tooLong.exec(failure.message);
  if (long) {
    return long[1] === undefined || long[2] === undefined
      ? errors.promptTooLong()
      : errors.promptTooLong(Number(long[1]), Number(long[2]));
  }
  switch (failure.type) {
    case 'authentication_error':
      return errors.apiKeyRejected();
    case 'billing_error':
      return errors.billingProblem();
    case 'permission_error':
      return errors.permissionDenied();
    case 'not_found_error':
      return errors.modelNotFound(model);
    case 'rate_limit_error':
      return errors.rateLimited(failure.retryAfterMs);
    case 'overloaded_error':
      return errors.overloaded(failure.retryAfterMs);
    case 'request_too_large':
      return errors.requestTooLarge();
    case 'invalid_request_error':
      return errors.providerRefusedRequest(failure.message.slice(0, shownLength));
    default:
      return byStatus(failure, model);
  }
}

/** A gateway in between may answer without the API's error body. */
function byStatus(failure: ApiFailure, model: string): errors.CausewayError {
  switch (failure.status) {
    case 401:
      return errors.apiKeyRejected();
    case 402:
      return errors.billingProblem();
    case 403:
      return errors.permissionDenied();
    case 404:
      return errors.modelNotFound(model);
    case 413:
      return errors.requestTooLarge();
    case 429:
      return errors.rateLimited(failure.retryAfterMs);
    case 529:
      return errors.overloaded(failure.retryAfterMs);
    default:
      return errors.providerFailed(failure.status, failure.retryAfterMs);
  }
}
