/** The newest part of a branch, read only as far back as it may be sent. */
import type { Entry } from '../../protocol/entries.ts';
import type { SessionStore } from '../session/store.ts';
import { type Unit, unitsOf } from './conversation.ts';
import type { ContextCounter } from './counting.ts';
import { total } from './fit.ts';
import type { Counted } from './parts.ts';

export interface TailQuestion {
  sessionId: string;
  /** Last entry of the branch; undefined for the head. */
  leafId: string | undefined;
  /** Whether an entry stands after everything that frames stand for. */
  isAfterFrames(entryId: string): boolean;
  /** Tokens after which no more is read, once the newest turn is whole. */
  tokens: number;
  /** Tokens of the model for one of the counter. */
  factor: number;
}

export interface Tail {
  /** Oldest first. */
  units: Counted<Unit>[];
  entries: Entry[];
  /** Entries before them were not read. */
  olderOmitted: boolean;
}

/**
 * Entries of the first page: a day's tail has fewer. Each further page is twice as large, so that a long one takes few
 * calls; none is larger than what was never seen to take the store more than a few ms.
 */
const firstPage = 64;
const largestPage = 512;

export async function readTail(
  store: Pick<SessionStore, 'path'>,
  counter: ContextCounter,
  question: TailQuestion,
): Promise<Tail> {
  const { sessionId, leafId, tokens, factor } = question;
  const leaf = leafId === undefined ? {} : { leafId };
  let entries: Entry[] = [];
  for (let limit = firstPage; ; limit = Math.min(largestPage, limit * 2)) {
    const first = entries[0];
    const page = await store.path(sessionId, { ...leaf, limit, ...(first ? { beforeId: first.id } : {}) });
    const after = page.filter(({ id }) => question.isAfterFrames(id));
    entries = [...after, ...entries];
    const units = await countUnits(counter, unitsOf(entries), factor);
    if (page.length < limit || after.length < page.length) return { units, entries, olderOmitted: false };
    if (total(units) > tokens && units.slice(1).some(({ opens }) => opens))
      return { units, entries, olderOmitted: true };
  }
}

export async function countUnits(
  counter: ContextCounter,
  units: readonly Unit[],
  factor: number,
): Promise<Counted<Unit>[]> {
  const tokens = await counter.count(
    units.map((unit) => ({ key: unit.entryIds.join(), messages: unit.messages })),
  );
  return units.map((unit, index) => ({ ...unit, tokens: Math.ceil((tokens[index] ?? 0) * factor) }));
}
