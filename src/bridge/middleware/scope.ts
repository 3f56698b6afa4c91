import { type CausewayError, scopeMissing, tokenUnknown } from '../../core/errors.ts';
import { hasScope, type Middleware, type NeededScope } from '../exchange.ts';
import { narrowed, type Presence, revoked } from '../presence.ts';

/** The user's own command line may do all; a client what its token says. */
export const requireScope: Middleware = ({ principal, route }, next) => {
  if (principal?.kind !== 'client' || !route) return next();
  if (!hasScope(principal.client, route.scope)) throw lacking(route.scope);
  return next();
};

const lacking = (needed: NeededScope) =>
  scopeMissing(typeof needed === 'string' ? needed : needed.join(' or '));

/** What a client is told whose token, or the scope it needs here, was taken meanwhile; undefined for every other end. */
export function lostRight(
  { reason }: Pick<Presence, 'reason'>,
  needed: NeededScope,
): CausewayError | undefined {
  if (reason === revoked) return tokenUnknown();
  return reason === narrowed ? lacking(needed) : undefined;
}
