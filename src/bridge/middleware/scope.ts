import { scopeMissing } from '../../core/errors.ts';
import type { Middleware } from '../exchange.ts';

/** The user's own command line may do all; a client what its token says. */
export const requireScope: Middleware = ({ principal, route }, next) => {
  if (principal?.kind === 'client' && route && !principal.client.scopes.includes(route.scope)) {
    throw scopeMissing(route.scope);
  }
  return next();
};
