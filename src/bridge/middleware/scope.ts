import { scopeMissing } from '../../core/errors.ts';
import type { ClientScope } from '../../core/register.ts';
import type { Principal } from '../exchange.ts';

/** The user's own command line may do all; a client what its token says. */
export function checkScope(principal: Principal, scope: ClientScope): void {
  if (principal.kind === 'client' && !principal.client.scopes.includes(scope)) throw scopeMissing(scope);
}
