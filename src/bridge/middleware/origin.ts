import { originNotAllowed } from '../../core/errors.ts';
import type { Middleware } from '../exchange.ts';

/**
 * Refuses web pages. Browsers send Origin with every request that a page could use to do harm, and Sec-Fetch-Site
 * also where they leave Origin out; programs send neither. No CORS header is ever sent, so a page reads nothing.
 */
export const checkOrigin =
  (allowed: ReadonlySet<string>): Middleware =>
  ({ request }, next) => {
    const origin = request.headers.get('origin');
    if (origin !== undefined && !allowed.has(origin)) throw originNotAllowed();
    const site = request.headers.get('sec-fetch-site');
    if (origin === undefined && site !== undefined && site !== 'none') throw originNotAllowed();
    return next();
  };
