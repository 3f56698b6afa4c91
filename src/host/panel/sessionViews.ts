/** Sessions as the panel draws them. */
import type { Assistant } from '../../core/assistant.ts';
import { notFound } from '../../core/errors.ts';
import { pageOfSessions } from '../../core/session/sessionPages.ts';
import type { LiveTurn, SessionStore } from '../../core/session/store.ts';
import { plainText } from '../../protocol/content.ts';
import type { Entry } from '../../protocol/entries.ts';
import { leanEntry } from '../../protocol/lean.ts';
import type { PanelParams, PanelResult, SessionView } from '../../protocol/panel.ts';
import { nothingSpent } from '../../protocol/spending.ts';

/** Entries sent with a view; a screen shows some ten, and earlier ones are asked for while scrolling. */
const firstPage = 120;
const pageSize = 500;
/** Sessions of one page of the list; about what fits into ten screens. */
const listedAtOnce = 200;

/** All of a view but its live turn, which is taken in the moment of sending. Throws `not_found`. */
export async function viewOf(
  assistant: Assistant,
  sessionId: string,
): Promise<{ view: Omit<SessionView, 'live'>; elsewhere: LiveTurn | undefined }> {
  const { sessions } = assistant;
  const [session, page, queue, draft, elsewhere] = await Promise.all([
    sessions.get(sessionId),
    pageBefore(sessions, sessionId, undefined, firstPage),
    assistant.queue(sessionId),
    assistant.draft(sessionId),
    sessions.liveTurn(sessionId),
  ]);
  if (!session) throw notFound('session', sessionId);
  const view = {
    session,
    ...page,
    queue,
    draft: draft ?? { text: '', attachments: [] },
    totals: session.spent ?? nothingSpent,
  };
  return { view, elsewhere };
}

/** A turn of this process as far as it has come; of another process what its last checkpoint had. */
export function liveOf(
  assistant: Assistant,
  sessionId: string,
  elsewhere: LiveTurn | undefined,
): SessionView['live'] {
  const own = assistant.live(sessionId);
  if (own) return { ...own, own: true };
  return elsewhere && !elsewhere.own
    ? { turnId: elsewhere.turnId, content: elsewhere.content, own: false }
    : undefined;
}

export async function pageBefore(
  sessions: SessionStore,
  sessionId: string,
  beforeId: string | undefined,
  limit: number,
): Promise<{ entries: Entry[]; hasEarlier: boolean }> {
  const found = await sessions.path(sessionId, {
    limit: limit + 1,
    ...(beforeId === undefined ? {} : { beforeId }),
  });
  return { entries: found.slice(-limit).map(leanEntry), hasEarlier: found.length > limit };
}

/** Ids of the entries of the branch whose text has the words, oldest first. */
export async function findIn(sessions: SessionStore, sessionId: string, query: string): Promise<string[]> {
  const wanted = query.toLowerCase();
  const found: string[] = [];
  for (let beforeId: string | undefined; ; ) {
    const page = await sessions.path(sessionId, {
      limit: pageSize,
      ...(beforeId === undefined ? {} : { beforeId }),
    });
    const hits = page.filter((entry) => textOf(entry).toLowerCase().includes(wanted));
    found.unshift(...hits.map(({ id }) => id));
    beforeId = page[0]?.id;
    if (page.length < pageSize) return found;
  }
}

const textOf = (entry: Entry): string =>
  entry.kind === 'user' || entry.kind === 'assistant' ? plainText(entry.content) : '';

/**
 * Sessions of the list, with those whose transcripts have the words on its first page. One that nothing was ever said
 * in is shown only while it is open.
 */
export async function listSessions(
  sessions: SessionStore,
  asked: PanelParams<'listSessions'>,
  shown: string | undefined,
): Promise<PanelResult<'listSessions'>> {
  const { trashed = false, after, limit = listedAtOnce } = asked;
  const query = asked.query.trim();
  const words = query.toLowerCase();
  const page = await pageOfSessions(
    sessions,
    { limit, after, trashed },
    ({ id, title, entryCount }) =>
      (entryCount > 0 || id === shown) && (words === '' || title.toLowerCase().includes(words)),
  );
  const isSearched = query !== '' && after === undefined && !trashed;
  return { ...page, hits: isSearched ? await sessions.search(query) : [] };
}
