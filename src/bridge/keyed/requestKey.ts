/**
 * The key by which a program marks a request that it may send again, as draft-ietf-httpapi-idempotency-key-header has
 * it: https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-idempotency-key-header
 */
import { createHash, createHmac } from 'node:crypto';
import type { KeyedRequest } from '../../core/register.ts';
import type { Principal } from '../exchange.ts';
import type { BridgeRequest } from '../http.ts';
import { FieldError } from '../parse.ts';

export const keyHeader = 'idempotency-key';
/** Told with an answer that an earlier request was given too; the name is what other APIs with such keys use. */
export const replayedHeader = 'idempotent-replayed';

/** A UUID has 36 characters; some programs put a path or a commit before it. */
const plainKey = /^[\x21\x23-\x7e][\x21-\x7e]{0,254}$/;
/** A string as structured fields have it: https://www.rfc-editor.org/rfc/rfc9651#name-strings */
const quotedKey = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\]){1,255})"$/;

/**
 * Undefined for a request without a key. `asked` is all that makes the request what it is; how it is answered, as
 * events or as a whole, is no part of it. Throws `invalid_input`.
 */
export function requestKeyOf(
  { request, principal }: { request: Pick<BridgeRequest, 'headers' | 'repeated'>; principal: Principal },
  asked: unknown,
): KeyedRequest | undefined {
  const header = request.headers.get(keyHeader);
  if (header === undefined) return undefined;
  const key = plainKey.test(header) ? header : quotedKey.exec(header)?.[1]?.replace(/\\(.)/g, '$1');
  if (key === undefined || request.repeated.has(keyHeader))
    throw new FieldError('Idempotency-Key', 'another text', 'one key of 1 to 255 visible ASCII characters');
  return {
    client: principal.kind === 'owner' ? 'owner' : principal.client.id,
    key: createHash('sha256').update(key).digest('base64url'),
    // Under the key itself, which is nowhere kept: of the digest alone nobody finds a short request by trying.
    fingerprint: createHmac('sha256', key).update(JSON.stringify(asked)).digest('base64url'),
  };
}
