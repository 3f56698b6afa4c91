import type { Left } from '../../core/limits/grant.ts';
import type { Limiter } from '../../core/limits/limiter.ts';
import { windowOf } from '../../core/limits/windows.ts';
import type { Exchange, Middleware } from '../exchange.ts';
import type { BridgeResponse } from '../http.ts';

/** Counts each request of a program that reached a route. Throws `limit_requests`. */
export const limitRequests =
  (limiter: Limiter): Middleware =>
  ({ principal }, next) => {
    if (principal?.kind !== 'client') return next();
    const hold = limiter.take(principal.client, { requests: 1 });
    if (hold === undefined) return next();
    if (hold instanceof Promise) return hold.then((one) => counted(one, next));
    return counted(hold, next);
  };

function counted(
  hold: { settle(used: { requests: number }): void },
  next: () => Promise<BridgeResponse>,
): Promise<BridgeResponse> {
  hold.settle({ requests: 1 });
  return next();
}

/**
 * Says in each answer what is left of the program's limits, as draft-ietf-httpapi-ratelimit-headers has it from its
 * eighth version on. Refusals say it too, so that it stands in front of what shapes them.
 */
export const tellLimits =
  (limiter: Limiter): Middleware =>
  async (exchange, next) => {
    const response = await next();
    // The window that answered has said it.
    const left = exchange.pattern === 'relay' ? [] : leftFor(limiter, exchange);
    if (left.length > 0) {
      response.headers['ratelimit-policy'] = left.map(policy).join(', ');
      response.headers.ratelimit = left.map(state).join(', ');
    }
    return response;
  };

const leftFor = (limiter: Limiter, { principal }: Exchange): Left[] =>
  principal?.kind === 'client' ? limiter.left(principal.client) : [];

const nameOf = ({ scope, kind }: Left): string => `"${scope === 'all' ? 'all-' : ''}${kind}"`;

/** The draft's own units, and ours where it has none: money is counted in millionths of a US dollar. */
const units: Record<Left['kind'], string> = {
  requests: 'requests',
  tokens: 'tokens',
  parallel: 'concurrent-requests',
  money: 'micro-usd',
};

function policy(left: Left): string {
  const window = windowOf(left.kind);
  const seconds = window ? `;w=${window.ms / 1000}` : '';
  return `${nameOf(left)};q=${left.bound};qu="${units[left.kind]}"${seconds}`;
}

/** `t` is told in seconds from now, so that no clock needs to agree with ours. */
const state = (left: Left): string =>
  `${nameOf(left)};r=${Math.floor(left.left)}${left.moreInMs === undefined ? '' : `;t=${Math.ceil(left.moreInMs / 1000)}`}`;
