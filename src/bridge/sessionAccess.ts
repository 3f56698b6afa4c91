/** Which sessions a program may use: the user's own, those it made itself, and those that are shared. */
import type { Assistant } from '../core/assistant.ts';
import { notFound } from '../core/errors.ts';
import type { SessionSummary } from '../protocol/session.ts';
import type { Principal } from './exchange.ts';

/** How a turn or a session tells who made it. */
export const madeBy = (principal: Principal) => ({
  door: principal.door,
  ...(principal.kind === 'client' ? { client: principal.client.name } : {}),
});

/** Whose a session is that a program makes: the user's command line makes the user's. */
export const ownerOf = (principal: Principal) =>
  principal.kind === 'client' ? { clientId: principal.client.id } : {};

/** A private session is its window's alone, and one of another client that client's, unless it is shared. */
export function mayUse(principal: Principal, session: SessionSummary): boolean {
  if (session.private) return false;
  if (principal.kind === 'owner' || session.shared === true) return true;
  const { client } = principal;
  if (session.clientId !== undefined) return session.clientId === client.id;
  // Made before sessions knew more than a name: a client of that name that was not there yet did not make it.
  return (
    session.client === undefined || (session.client === client.name && client.createdAt <= session.createdAt)
  );
}

/** Throws `not_found` also for what is there and not for this program: it is not to learn even that. */
export async function sessionOf(
  assistant: Assistant,
  id: string,
  principal: Principal,
): Promise<SessionSummary> {
  const session = await assistant.sessions.get(id);
  if (!session || !mayUse(principal, session)) throw notFound('session', id);
  return session;
}

/** The same as it may be told. Throws `not_found` and `masking_failed`. */
export async function toldSessionOf(
  assistant: Assistant,
  id: string,
  principal: Principal,
): Promise<SessionSummary> {
  const [told] = await assistant.told.summaries([await sessionOf(assistant, id, principal)]);
  if (!told) throw notFound('session', id);
  return told;
}
