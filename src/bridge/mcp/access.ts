import type { Assistant } from '../../core/assistant.ts';
import { budgetOf } from '../../core/limits/budget.ts';
import type { Limiter } from '../../core/limits/limiter.ts';
import type { CallBudget } from '../../core/limits/spending.ts';
import type { ClientScope } from '../../core/register.ts';
import type { Door } from '../../protocol/entries.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import type { Principal, RouteCall } from '../exchange.ts';
import { madeBy, mayUse, ownerOf, sessionOf } from '../sessionAccess.ts';

/** What one request of an MCP client may do, and as whom. */
export interface McpAccess {
  readonly assistant: Assistant;
  readonly principal: Principal;
  readonly made: { door: Door; client?: string };
  /** Aborts when the client goes away or is revoked. */
  readonly signal: AbortSignal;
  may(scope: ClientScope): boolean;
  /** Who asks, and whose a session is that it makes; nobody's id is the user. */
  readonly owner: { clientId?: string };
  mayUse(session: SessionSummary): boolean;
  /** Throws `not_found`, also for a session of another client. */
  session(id: string): Promise<SessionSummary>;
  /** What its turns are held to; `over` when one has ended. Throws `limit_parallel`. */
  limits(): Promise<{ budget: CallBudget | undefined; over(): void }>;
}

export const accessOf = (
  assistant: Assistant,
  { principal, signal }: Pick<RouteCall, 'principal' | 'signal'>,
  limiter?: Limiter,
): McpAccess => ({
  assistant,
  principal,
  signal,
  made: { ...madeBy(principal), door: 'mcp' },
  may: (scope) => has(principal, scope),
  owner: ownerOf(principal),
  mayUse: (session) => mayUse(principal, session),
  session: (id) => sessionOf(assistant, id, principal),
  async limits() {
    if (principal.kind === 'owner' || !limiter) return { budget: undefined, over: () => undefined };
    const place = await limiter.take(principal.client, { parallel: 1 });
    return { budget: budgetOf(limiter, principal.client), over: () => place?.settle({}) };
  },
});

/** Of a session: who asks stays the same, and is held to what the newest request found of it, such as its limits. */
export const accessOfSession = (newest: () => McpAccess, signal: AbortSignal): McpAccess => ({
  ...newest(),
  signal,
  get principal() {
    return newest().principal;
  },
  may: (scope) => newest().may(scope),
  mayUse: (session) => newest().mayUse(session),
  session: (id) => newest().session(id),
  limits: () => newest().limits(),
});

const has = (principal: Principal, scope: ClientScope): boolean =>
  principal.kind === 'owner' || principal.client.scopes.includes(scope);
