/** What a turn goes on from that answers the results of calls its program has run. */
import type { Entry, UserEntry } from '../../protocol/entries.ts';
import { notFound } from '../errors.ts';
import type { SessionStore } from '../session/store.ts';

export interface Continued {
  /** The input of the turn that made the first of the calls. */
  input: UserEntry;
  /** What was said since, the results last. */
  said: Entry[];
}

/** Calls and results of most inputs fit into one page. */
const pageSize = 64;

/** Undefined for an input with words of its own. Throws `not_found` where its beginning is gone. */
export async function continuedFrom(
  store: Pick<SessionStore, 'path'>,
  sessionId: string,
  { continuesId, parentId }: UserEntry,
): Promise<Continued | undefined> {
  if (continuesId === undefined) return undefined;
  let said: Entry[] = [];
  for (;;) {
    const [first] = said;
    const page = await store.path(sessionId, {
      ...(parentId === null ? {} : { leafId: parentId }),
      limit: pageSize,
      ...(first === undefined ? {} : { beforeId: first.id }),
    });
    said = [...page, ...said];
    const at = said.findIndex(({ id }) => id === continuesId);
    const input = said[at];
    if (input?.kind === 'user') return { input, said: said.slice(at + 1) };
    if (page.length < pageSize) throw notFound('entry', continuesId);
  }
}
