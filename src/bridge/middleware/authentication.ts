import { badRequest, clientPending, tokenMissing, tokenUnknown } from '../../core/errors.ts';
import { type Client, pendingPrefix } from '../../core/register.ts';
import type { Exchange, Middleware, Principal } from '../exchange.ts';
import type { BridgeResponse } from '../http.ts';
import type { KnownClients } from '../knownClients.ts';
import { digestOf, sameDigest } from '../secret.ts';

/** Longer than any token of ours; what is longer is not looked up. */
const maxTokenLength = 512;

const bearer = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i;
const plainToken = /^[A-Za-z0-9._~+/=-]+$/;

/** Anthropic's SDKs send what they take for an API key in a header of its own; `Authorization` comes first. */
function tokenOf({ request: { headers, repeated } }: Exchange): string {
  if (repeated.has('authorization')) throw badRequest('There is more than one Authorization header.');
  if (repeated.has('x-api-key')) throw badRequest('There is more than one X-Api-Key header.');
  const authorization = headers.get('authorization');
  const key = headers.get('x-api-key');
  const token =
    authorization === undefined && key !== undefined && plainToken.test(key)
      ? key
      : bearer.exec(authorization ?? '')?.[1];
  if (!token) throw tokenMissing();
  if (token.length > maxTokenLength) throw tokenUnknown();
  if (token.startsWith(pendingPrefix)) throw clientPending();
  return token;
}

const owner: Principal = { kind: 'owner', door: 'cli' };

/**
 * Lets in the user's own command line, where it has a token, and clients whose token was not revoked; nobody else learns
 * anything.
 */
export function authenticate(ownerToken: string | undefined, clients: KnownClients): Middleware {
  const ownerDigest = ownerToken === undefined ? undefined : digestOf(ownerToken);
  const letIn = (exchange: Exchange, client: Client | undefined, next: () => Promise<BridgeResponse>) => {
    if (!client) throw tokenUnknown();
    exchange.principal = { kind: 'client', door: 'bridge', client };
    return next();
  };
  return (exchange, next) => {
    const token = tokenOf(exchange);
    const digest = digestOf(token);
    if (ownerDigest && sameDigest(digest, ownerDigest)) {
      exchange.principal = owner;
      return next();
    }
    const found = clients.find(token, digest.toString('latin1'));
    return found instanceof Promise
      ? found.then((client) => letIn(exchange, client, next))
      : letIn(exchange, found, next);
  };
}
