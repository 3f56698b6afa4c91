/** Finds the answer of a turn, whose report says what was sent. */
import type { AssistantEntry, Entry } from '../../protocol/entries.ts';
import type { SessionStore } from '../session/store.ts';

/** Entries read at a time; most turns asked about are among the newest. */
const pageSize = 200;

/** The last entry with a report of a turn, on whichever branch; undefined when there is none. */
export async function findTurn(
  store: SessionStore,
  sessionId: string,
  turnId: string,
): Promise<AssistantEntry | undefined> {
  const isIt = (entry: AssistantEntry) => entry.turnId === turnId;
  return (await newestReport(store, sessionId, isIt)) ?? (await reportInLog(store, sessionId, isIt));
}

/** The newest answer of the active branch that has a report. */
export const newestTurn = (store: SessionStore, sessionId: string): Promise<AssistantEntry | undefined> =>
  newestReport(store, sessionId, (entry) => entry.outcome !== undefined);

async function newestReport(
  store: SessionStore,
  sessionId: string,
  fits: (entry: AssistantEntry) => boolean,
): Promise<AssistantEntry | undefined> {
  for (let beforeId: string | undefined; ; ) {
    const page: Entry[] = await store.path(sessionId, {
      limit: pageSize,
      ...(beforeId === undefined ? {} : { beforeId }),
    });
    const found = page.findLast(
      (entry): entry is AssistantEntry => entry.kind === 'assistant' && !!entry.report && fits(entry),
    );
    if (found || page.length < pageSize) return found;
    beforeId = page[0]?.id;
  }
}

/** For turns that another branch has. */
async function reportInLog(
  store: SessionStore,
  sessionId: string,
  fits: (entry: AssistantEntry) => boolean,
): Promise<AssistantEntry | undefined> {
  let found: AssistantEntry | undefined;
  for (let afterSeq = 0; ; ) {
    const page = await store.log(sessionId, { afterSeq, limit: pageSize });
    for (const entry of page) if (entry.kind === 'assistant' && entry.report && fits(entry)) found = entry;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return found;
    afterSeq = last.seq;
  }
}
