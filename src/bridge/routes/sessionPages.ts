import type { SessionStore } from '../../core/session/store.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import { FieldError } from '../parse.ts';

export interface PageQuery {
  limit: number;
  cursor?: string | undefined;
  trashed: boolean;
}

/**
 * A page of sessions, newest first. The cursor is the place of the last one shown, its time and its id, since
 * several sessions may have changed in the same millisecond.
 */
export async function listPage(
  store: Pick<SessionStore, 'list'>,
  { limit, cursor, trashed }: PageQuery,
  mayUse: (session: SessionSummary) => boolean,
): Promise<{ sessions: SessionSummary[]; next?: string }> {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  // Sessions of the cursor's own millisecond are listed again, and those already shown are left out.
  for (let asked = limit + 1; ; asked *= 2) {
    const listed = await store.list({
      trashed,
      limit: asked,
      ...(after === undefined ? {} : { before: after.updatedAt + 1 }),
    });
    const shown = listed.filter(mayUse);
    const rest = after === undefined ? shown : shown.filter((one) => isAfter(one, after));
    if (rest.length <= limit && listed.length === asked) continue;
    const sessions = rest.slice(0, limit);
    const last = rest.length > limit ? sessions.at(-1) : undefined;
    return { sessions, ...(last === undefined ? {} : { next: `${last.updatedAt}.${last.id}` }) };
  }
}

interface Cursor {
  updatedAt: number;
  id: string;
}

const isAfter = (one: SessionSummary, { updatedAt, id }: Cursor): boolean =>
  one.updatedAt < updatedAt || (one.updatedAt === updatedAt && one.id > id);

function parseCursor(cursor: string): Cursor {
  const match = /^(\d{1,15})\.([0-9a-f-]{36})$/.exec(cursor);
  if (!match?.[1] || !match[2])
    throw new FieldError('cursor', 'another text', 'the next of an earlier answer');
  return { updatedAt: Number(match[1]), id: match[2] };
}
