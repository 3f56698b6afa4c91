/** Which of the sessions a window shows it may use again, and which it would lose. */
import type { SessionStore } from '../core/session/store.ts';
import type { SessionSummary } from '../protocol/session.ts';

/** Sessions that are looked through; empty ones and private ones are among the newest. */
const mostListed = 200;

/** A session in which nothing was said, of this workspace: sessions of related ones are kept elsewhere. */
export async function unusedSession(
  sessions: SessionStore,
  workspaceId: string,
): Promise<string | undefined> {
  const recent = await sessions.list({ limit: mostListed });
  for (const session of recent) {
    const isOurs = session.workspaceId === workspaceId && !session.readOnly;
    const isUnused = session.entryCount === 0 && !session.private && session.door === 'panel';
    if (isOurs && isUnused && !(await sessions.draft(session.id))) return session.id;
  }
  return undefined;
}

/** Private sessions with something in them: they end with the core that has them in memory. */
export async function privateSessions(sessions: SessionStore): Promise<SessionSummary[]> {
  const recent = await sessions.list({ limit: mostListed });
  return recent.filter((session) => session.private && session.entryCount > 0);
}
