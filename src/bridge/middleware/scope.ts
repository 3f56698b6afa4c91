import { scopeMissing } from '../../core/errors.ts';
import type { Middleware } from '../exchange.ts';

/** The user's own command line may do all; a client what its token says. */
export const requireScope: Middleware = ({ principal, route }, next) => {
  if (principal?.kind !== 'client' || !route) return next();
  const { scopes } = principal.client;
  if (typeof route.scope === 'string') {
    if (!scopes.includes(route.scope)) throw scopeMissing(route.scope);
  } else if (!route.scope.some((one) => scopes.includes(one))) throw scopeMissing(route.scope.join(' or '));
  return next();
};
