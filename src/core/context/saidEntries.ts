/** Entries of the sessions in use, kept in memory so that a turn reads from the store only what is new. */
import type { Entry } from '../../protocol/entries.ts';
import type { SessionStore, StoreChange } from '../session/store.ts';

/** Entries kept: the tails of a dozen sessions, some 20 MB where many are long. */
const mostKept = 4_000;

export class SaidEntries {
  readonly #store: SessionStore;
  readonly #kept = new Map<string, Entry>();

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /** Those of the ids that there are, in the order of the ids, without their reports. */
  async of(sessionId: string, ids: readonly string[]): Promise<Entry[]> {
    const missing = ids.filter((id) => !this.#kept.has(keyOf(sessionId, id)));
    const read = missing.length > 0 ? await this.#store.entries(sessionId, missing) : [];
    const fresh = new Map(read.map((entry) => [entry.id, bare(entry)]));
    for (const entry of fresh.values()) this.#keep(sessionId, entry);
    return ids.flatMap((id) => fresh.get(id) ?? this.#kept.get(keyOf(sessionId, id)) ?? []);
  }

  /** Hears every change of the store. */
  follow(change: StoreChange): void {
    if (change.type === 'appended')
      for (const entry of change.entries) this.#keep(change.sessionId, bare(entry));
    if (change.type !== 'purged') return;
    for (const key of this.#kept.keys()) if (key.startsWith(change.sessionId)) this.#kept.delete(key);
  }

  #keep(sessionId: string, entry: Entry): void {
    if (isLarge(entry)) return;
    const key = keyOf(sessionId, entry.id);
    this.#kept.delete(key);
    this.#kept.set(key, entry);
    if (this.#kept.size <= mostKept) return;
    const oldest = this.#kept.keys().next();
    if (!oldest.done) this.#kept.delete(oldest.value);
  }
}

const keyOf = (sessionId: string, id: string): string => `${sessionId}/${id}`;

/** A report is several times as large as its answer, and is not sent. */
function bare(entry: Entry): Entry {
  if (entry.kind !== 'assistant' || !entry.report) return entry;
  const { report: _, ...rest } = entry;
  return rest;
}

/** Pictures and documents may be tens of MB; they are read when they are sent. */
const isLarge = (entry: Entry): boolean =>
  entry.kind === 'user' && entry.content.some(({ type }) => type !== 'text');
