import type { Clock, Log } from '../../core/ports.ts';
import type { Middleware } from '../exchange.ts';

const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

/** One line for each request, of what is known to hold no secret: never a header, a query, a path or a body. */
export const logRequests =
  (log: Log, clock: Clock): Middleware =>
  async (exchange, next) => {
    const from = clock.monotonic();
    const response = await next();
    const method = methods.has(exchange.request.method) ? exchange.request.method : 'other';
    const who =
      exchange.principal?.kind === 'client' ? exchange.principal.client.id : exchange.principal?.kind;
    const ms = Math.round(clock.monotonic() - from);
    log.info(`bridge ${method} ${exchange.pattern ?? '-'} ${response.status} ${ms} ms client=${who ?? '-'}`);
    return response;
  };
