import type { Assistant } from '../../core/assistant.ts';
import type { ClientScope } from '../../core/register.ts';
import type { Door } from '../../protocol/entries.ts';
import type { Principal, RouteCall } from '../exchange.ts';
import { madeBy } from '../routes/sessions.ts';

/** What one request of an MCP client may do, and as whom. */
export interface McpAccess {
  readonly assistant: Assistant;
  readonly made: { door: Door; client?: string };
  /** The same for all requests of one program, and for no other's. */
  readonly owner: string;
  /** Aborts when the client goes away or is revoked. */
  readonly signal: AbortSignal;
  may(scope: ClientScope): boolean;
}

export const accessOf = (
  assistant: Assistant,
  { principal, signal }: Pick<RouteCall, 'principal' | 'signal'>,
): McpAccess => ({
  assistant,
  signal,
  made: { ...madeBy(principal), door: 'mcp' },
  owner: principal.kind === 'client' ? principal.client.id : '',
  may: (scope) => has(principal, scope),
});

const has = (principal: Principal, scope: ClientScope): boolean =>
  principal.kind === 'owner' || principal.client.scopes.includes(scope);
