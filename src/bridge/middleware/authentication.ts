import { badRequest, tokenMissing, tokenUnknown } from '../../core/errors.ts';
import type { ClientRegister } from '../../core/register.ts';
import type { Middleware, Principal } from '../exchange.ts';
import { sameSecret } from '../secret.ts';

/** Longer than any token of ours; what is longer is not looked up. */
const maxTokenLength = 512;

function bearerToken(header: string | undefined): string {
  const match = /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(header ?? '');
  if (!match?.[1]) throw tokenMissing();
  if (match[1].length > maxTokenLength) throw tokenUnknown();
  return match[1];
}

/** Lets in the user's own command line and clients whose token was not revoked; nobody else learns anything. */
export const authenticate =
  (ownerToken: string, clients: ClientRegister): Middleware =>
  async (exchange, next) => {
    const { headers, repeated } = exchange.request;
    if (repeated.has('authorization')) throw badRequest('There is more than one Authorization header.');
    const token = bearerToken(headers.get('authorization'));
    exchange.principal = sameSecret(token, ownerToken) ? { kind: 'owner', door: 'cli' } : await client(token);
    return next();

    async function client(token: string): Promise<Principal> {
      const found = await clients.find(token);
      if (!found) throw tokenUnknown();
      return { kind: 'client', door: 'bridge', client: found };
    }
  };
