import type { Assistant } from '../../core/assistant.ts';
import type { ClientScope } from '../../core/register.ts';
import type { Door } from '../../protocol/entries.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import type { Principal, RouteCall } from '../exchange.ts';
import { madeBy, mayUse, ownerOf, sessionOf } from '../sessionAccess.ts';

/** What one request of an MCP client may do, and as whom. */
export interface McpAccess {
  readonly assistant: Assistant;
  readonly made: { door: Door; client?: string };
  /** Aborts when the client goes away or is revoked. */
  readonly signal: AbortSignal;
  may(scope: ClientScope): boolean;
  /** Who asks, and whose a session is that it makes; nobody's id is the user. */
  readonly owner: { clientId?: string };
  mayUse(session: SessionSummary): boolean;
  /** Throws `not_found`, also for a session of another client. */
  session(id: string): Promise<SessionSummary>;
}

export const accessOf = (
  assistant: Assistant,
  { principal, signal }: Pick<RouteCall, 'principal' | 'signal'>,
): McpAccess => ({
  assistant,
  signal,
  made: { ...madeBy(principal), door: 'mcp' },
  may: (scope) => has(principal, scope),
  owner: ownerOf(principal),
  mayUse: (session) => mayUse(principal, session),
  session: (id) => sessionOf(assistant, id, principal),
});

const has = (principal: Principal, scope: ClientScope): boolean =>
  principal.kind === 'owner' || principal.client.scopes.includes(scope);
