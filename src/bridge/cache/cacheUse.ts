/** How a program says that an answer that was given before will do. */
import type { AnswerUse } from '../../core/assistant.ts';
import type { Principal } from '../exchange.ts';
import type { BridgeRequest } from '../http.ts';
import { FieldError } from '../parse.ts';

/** Of a request: what will do. Of an answer: `hit` or `miss`. */
export const cacheHeader = 'x-causeway-cache';

export interface CacheUse extends Pick<AnswerUse, 'scope' | 'lifeMs'> {}

/** An hour, in which a script is written and run again and again; seconds, as in `Cache-Control`. */
const usualAge = 3600;
/** A day: what is older is asked for again by whoever wants it new. */
export const mostAge = 24 * 3600;

/**
 * Undefined where only a fresh answer will do. `usual` is what holds without the header, in seconds. The header has
 * `on`, `off`, `max-age=SECONDS` and `shared`, joined by commas. Throws `invalid_input`.
 */
export function cacheUseOf(
  { headers }: Pick<BridgeRequest, 'headers'>,
  principal: Principal,
  usual?: number,
): CacheUse | undefined {
  const header = headers.get(cacheHeader);
  let age = header === undefined ? usual : (usual ?? usualAge);
  let shared = false;
  for (const part of header?.split(',') ?? []) {
    const word = part.trim().toLowerCase();
    const seconds = /^max-age=(\d{1,6})$/.exec(word)?.[1];
    if (seconds !== undefined && Number(seconds) <= mostAge) age = Number(seconds);
    else if (word === 'off') age = undefined;
    else if (word === 'shared') shared = true;
    else if (word !== 'on')
      throw new FieldError(cacheHeader, 'another text', `on, off, shared or max-age=0 to ${mostAge}`);
  }
  if (age === undefined) return undefined;
  const own = principal.kind === 'owner' ? 'owner' : `client ${principal.client.id}`;
  return { scope: shared ? 'shared' : own, lifeMs: age * 1000 };
}

/** What an answer says of it; nothing where no kept one would have done. */
export const cacheHeaders = (use: CacheUse | undefined, hit: boolean): Record<string, string> =>
  use === undefined ? {} : { [cacheHeader]: hit ? 'hit' : 'miss' };
