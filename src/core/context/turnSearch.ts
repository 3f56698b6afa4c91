/** Finds the answer of a turn, whose report says what was sent. */
import type { AssistantEntry, Entry } from '../../protocol/entries.ts';
import type { ContextReport } from '../../protocol/report.ts';
import type { SessionStore } from '../session/store.ts';

/** Entries read at a time; most turns asked about are among the newest. */
const pageSize = 200;

/** An answer with the report of its request. */
export interface FoundTurn {
  answer: AssistantEntry & { report: ContextReport };
  /** The turn's last entry, which is another where a turn was cut off; undefined while the turn runs. */
  end: AssistantEntry | undefined;
}

/** The last entry with a report of a turn, on whichever branch; undefined when there is none. */
export async function findTurn(
  store: SessionStore,
  sessionId: string,
  turnId: string,
): Promise<FoundTurn | undefined> {
  const search = new Search((entry) => entry.turnId === turnId);
  return (await onBranch(store, sessionId, search)) ?? (await inLog(store, sessionId, search));
}

/** The newest turn of the active branch that has ended and has a report. */
export const newestTurn = (store: SessionStore, sessionId: string): Promise<FoundTurn | undefined> =>
  onBranch(store, sessionId, new Search((entry) => entry.outcome !== undefined && hasReport(entry)));

const hasReport = (entry: AssistantEntry): entry is FoundTurn['answer'] => entry.report !== undefined;

/** Takes entries from the newest on until the answer is found. */
class Search {
  readonly fits: (entry: AssistantEntry) => boolean;
  #end: AssistantEntry | undefined;

  constructor(fits: (entry: AssistantEntry) => boolean) {
    this.fits = fits;
  }

  take(entry: Entry): FoundTurn | undefined {
    if (entry.kind !== 'assistant' || !this.fits(entry)) return undefined;
    if (entry.outcome !== undefined) this.#end = entry;
    return hasReport(entry) ? { answer: entry, end: this.#end } : undefined;
  }
}

async function onBranch(
  store: SessionStore,
  sessionId: string,
  search: Search,
): Promise<FoundTurn | undefined> {
  for (let beforeId: string | undefined; ; ) {
    const page: Entry[] = await store.path(sessionId, {
      limit: pageSize,
      ...(beforeId === undefined ? {} : { beforeId }),
    });
    for (const entry of page.toReversed()) {
      const found = search.take(entry);
      if (found) return found;
    }
    if (page.length < pageSize) return undefined;
    beforeId = page[0]?.id;
  }
}

/** For turns that another branch has. */
async function inLog(store: SessionStore, sessionId: string, search: Search): Promise<FoundTurn | undefined> {
  const said: AssistantEntry[] = [];
  for (let afterSeq = 0; ; ) {
    const page = await store.log(sessionId, { afterSeq, limit: pageSize });
    said.push(...page.filter((entry) => entry.kind === 'assistant').filter((entry) => search.fits(entry)));
    const last = page.at(-1);
    if (!last || page.length < pageSize) break;
    afterSeq = last.seq;
  }
  for (const entry of said.toReversed()) {
    const found = search.take(entry);
    if (found) return found;
  }
  return undefined;
}
