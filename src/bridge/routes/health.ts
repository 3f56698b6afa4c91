import { badRequest } from '../../core/errors.ts';
import { healthQuery } from '../../protocol/bridge.ts';
import type { Middleware } from '../exchange.ts';
import { json } from '../http.ts';
import { proofOf } from '../secret.ts';

/**
 * The one answer that needs no token, so it tells nothing but that Causeway is here. A caller that sends a nonce
 * gets the proof of who answers, and can check it before it shows a token; a bridge of the network has none to give, and
 * is known by its certificate.
 */
export const answerHealth =
  (ownerToken: string | undefined): Middleware =>
  (exchange, next) => {
    const { path, request } = exchange;
    if (path !== '/health' || request.method !== 'GET') return next();
    exchange.pattern = path;
    const parsed = healthQuery.safeParse(Object.fromEntries(exchange.query));
    if (!parsed.success) throw badRequest('A nonce has 16 to 128 letters, digits, _ or -.');
    const { nonce } = parsed.data;
    const proof =
      nonce === undefined || ownerToken === undefined
        ? {}
        : { proof: proofOf(ownerToken, nonce, request.port) };
    return Promise.resolve(json(200, { ok: true, name: 'causeway', ...proof }));
  };
