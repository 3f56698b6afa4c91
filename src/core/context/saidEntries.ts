/** Entries of the sessions in use, kept in memory so that a turn reads from the store only what is new. */
import type { Entry } from '../../protocol/entries.ts';
import type { SessionStore, StoreChange } from '../session/store.ts';

/** Characters kept in all: the tails of a hundred sessions by the default settings, some 20 MB. */
const mostKept = 10_000_000;
/** What an entry takes beside what it says: its ids and names, and its place in the map. */
const overhead = 1_000;

interface Kept {
  sessionId: string;
  entry: Entry;
  size: number;
}

export class SaidEntries {
  readonly #store: SessionStore;
  /** What was read or appended last comes last. */
  readonly #kept = new Map<string, Kept>();
  #size = 0;
  #purges = 0;

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /** Those of the ids that there are, in the order of the ids, without their reports. */
  async of(sessionId: string, ids: readonly string[]): Promise<Entry[]> {
    const known = new Map(ids.map((id) => [id, this.#kept.get(keyOf(sessionId, id))?.entry]));
    const missing = ids.filter((id) => !known.get(id));
    if (missing.length > 0) {
      const purges = this.#purges;
      const read = await this.#store.entries(sessionId, missing);
      for (const entry of read) {
        known.set(entry.id, entry);
        // What was purged while it was read must not be kept.
        if (purges === this.#purges) this.#keep(sessionId, entry);
      }
    }
    return ids.flatMap((id) => known.get(id) ?? []);
  }

  /** Hears every change of the store. */
  follow(change: StoreChange): void {
    if (change.type === 'appended')
      for (const entry of change.entries) this.#keep(change.sessionId, bare(entry));
    if (change.type !== 'purged') return;
    this.#purges++;
    for (const [key, { sessionId }] of this.#kept) if (sessionId === change.sessionId) this.#forget(key);
  }

  #keep(sessionId: string, entry: Entry): void {
    if (holdsFiles(entry)) return;
    const key = keyOf(sessionId, entry.id);
    this.#forget(key);
    const size = overhead + lengthOf(entry);
    this.#kept.set(key, { sessionId, entry, size });
    this.#size += size;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= mostKept) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#size -= this.#kept.get(key)?.size ?? 0;
    this.#kept.delete(key);
  }
}

const keyOf = (sessionId: string, id: string): string => `${sessionId}/${id}`;

/** As the store reads it. */
function bare(entry: Entry): Entry {
  if (entry.kind !== 'assistant' || !entry.report) return entry;
  const { report: _, ...rest } = entry;
  return rest;
}

/** Pictures and documents may be tens of MB; they are read when they are sent. */
const holdsFiles = (entry: Entry): boolean =>
  entry.kind === 'user' && entry.content.some(({ type }) => type !== 'text');

/** Characters of all strings in a value. */
function lengthOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, one) => sum + lengthOf(one), 0);
}
