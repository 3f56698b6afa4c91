import { badRequest, hostNotAllowed } from '../../core/errors.ts';
import type { Middleware } from '../exchange.ts';

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Whether a Host header names this machine and this port. The whole value is compared, so nothing that merely
 * begins or ends like an allowed name passes; without a port a Host means port 80, which is never ours.
 */
export function isOurHost(host: string, port: number): boolean {
  const colon = host.lastIndexOf(':');
  if (colon < 0 || host.endsWith(']')) return false;
  return loopbackNames.has(host.slice(0, colon).toLowerCase()) && host.slice(colon + 1) === String(port);
}

/**
 * Holds off DNS rebinding: a page that made its own name point here still sends that name. `named` are further values
 * that pass, in lower case and compared as a whole.
 */
export const checkHost =
  (named: ReadonlySet<string> = new Set()): Middleware =>
  ({ request }, next) => {
    if (request.repeated.has('host')) throw badRequest('There is more than one Host header.');
    const host = request.headers.get('host') ?? '';
    if (!isOurHost(host, request.port) && !named.has(host.toLowerCase())) throw hostNotAllowed();
    return next();
  };
