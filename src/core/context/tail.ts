/** The newest part of a branch, read only as far back as it may be sent. */
import type { Entry } from '../../protocol/entries.ts';
import { bareMessages, type CountedUnit } from './bareUnits.ts';
import { type Unit, unitsOf } from './conversation.ts';
import type { ContextCounter } from './counting.ts';
import { total } from './fit.ts';
import { mediaBytesOf } from './mediaBytes.ts';
import type { SaidEntries } from './saidEntries.ts';

export interface TailQuestion {
  sessionId: string;
  /** Ids of all entries after those that frames stand for, oldest first. */
  ids: readonly string[];
  /** Tokens after which no more is read, once the newest turn is whole. */
  tokens: number;
  /** Tokens of the model for one of the counter. */
  factor: number;
}

export interface Tail {
  /** Oldest first. */
  units: CountedUnit[];
  entries: Entry[];
  /** Entries before them were not read. */
  olderOmitted: boolean;
}

/**
 * Entries of the first page: a day's tail has fewer. Each further page is as large as all before it, so that a long one
 * takes few calls; none is larger than what was never seen to take the store more than a few ms.
 */
const firstPage = 64;
const largestPage = 512;

export async function readTail(
  said: Pick<SaidEntries, 'of'>,
  counter: ContextCounter,
  { sessionId, ids, tokens, factor }: TailQuestion,
): Promise<Tail> {
  let entries: Entry[] = [];
  let from = ids.length;
  for (;;) {
    const page = Math.min(largestPage, Math.max(firstPage, ids.length - from));
    const next = Math.max(0, from - page);
    entries = [...(await said.of(sessionId, ids.slice(next, from))), ...entries];
    from = next;
    const units = await countUnits(counter, unitsOf(entries), factor);
    const isEnough = total(units) > tokens && units.slice(1).some(({ opens }) => opens);
    if (from === 0 || isEnough) return { units, entries, olderOmitted: from > 0 };
  }
}

export async function countUnits<U extends Unit>(
  counter: ContextCounter,
  units: readonly U[],
  factor: number,
): Promise<(U & CountedUnit)[]> {
  const tokens = await counter.count(
    units.map((unit) => ({ key: unit.entryIds.join(), messages: unit.messages })),
  );
  const withMedia = units.filter((unit) => mediaBytesOf(unit) > 0);
  const bare = await counter.count(
    withMedia.map(({ entryIds, messages }) => ({
      key: `bare ${entryIds.join()}`,
      messages: bareMessages(messages),
    })),
  );
  const bareTokens = new Map<Unit, number>(withMedia.map((unit, index) => [unit, bare[index] ?? 0]));
  const ofModel = (count: number) => Math.ceil(count * factor);
  return units.map((unit, index) => {
    const ofBare = bareTokens.get(unit);
    return {
      ...unit,
      tokens: ofModel(tokens[index] ?? 0),
      ...(ofBare === undefined ? {} : { bareTokens: ofModel(ofBare) }),
    };
  });
}
