import { pageOfSessions } from '../../core/session/sessionPages.ts';
import type { SessionStore } from '../../core/session/store.ts';
import type { SessionPlace, SessionSummary } from '../../protocol/session.ts';
import { FieldError } from '../parse.ts';

export interface PageQuery {
  limit: number;
  cursor?: string | undefined;
  trashed: boolean;
}

/** A page of sessions, newest first. The cursor is the place of the last one shown, its time and its id. */
export async function listPage(
  store: Pick<SessionStore, 'list'>,
  { limit, cursor, trashed }: PageQuery,
  mayUse: (session: SessionSummary) => boolean,
): Promise<{ sessions: SessionSummary[]; next?: string }> {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  const { sessions, next } = await pageOfSessions(store, { limit, after, trashed }, mayUse);
  return { sessions, ...(next === undefined ? {} : { next: `${next.updatedAt}.${next.id}` }) };
}

function parseCursor(cursor: string): SessionPlace {
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(cursor);
  if (!match?.[1] || !match[2])
    throw new FieldError('cursor', 'another text', 'the next of an earlier answer');
  return { updatedAt: Number(match[1]), id: match[2] };
}
