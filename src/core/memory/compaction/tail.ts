/** Reads stretches of the active branch backwards, a page at a time. */
import type { Entry } from '../../../protocol/entries.ts';
import type { SessionStore } from '../../session/store.ts';

/** Entries read at a time; a page of this size was never seen to take the store more than a few ms. */
const pageSize = 400;

/** What stands after an entry, oldest first; the whole branch without one. `leafId` is its last entry, else the head. */
export async function entriesAfter(
  store: SessionStore,
  sessionId: string,
  afterId: string | undefined,
  leafId?: string,
): Promise<Entry[]> {
  const pages: Entry[][] = [];
  for (let beforeId: string | undefined; ; ) {
    const page = await store.path(sessionId, {
      limit: pageSize,
      ...(leafId === undefined ? {} : { leafId }),
      ...(beforeId === undefined ? {} : { beforeId }),
    });
    const at = page.findIndex(({ id }) => id === afterId);
    pages.unshift(page.slice(at + 1));
    if (at >= 0 || page.length < pageSize) return pages.flat();
    beforeId = page[0]?.id;
  }
}

/** From one entry to another, both included; empty where they are not on one branch. */
export async function entriesBetween(
  store: SessionStore,
  sessionId: string,
  { fromId, toId }: { fromId: string; toId: string },
): Promise<Entry[]> {
  const first = await store.entry(sessionId, fromId);
  if (!first) return [];
  const after = await entriesAfter(store, sessionId, fromId, toId);
  return fromId === toId ? [first] : [first, ...after];
}
