/** The frames, directives and tasks of the sessions in use, read once and kept up with the log. */
import type { Entry } from '../../protocol/entries.ts';
import type { SessionStore, StoreChange } from '../session/store.ts';

const kinds = ['frame', 'directive', 'task'] as const;
type Kept = Extract<Entry, { kind: (typeof kinds)[number] }>;

/** Sessions kept at a time: more than a person has open, and each takes a few MB after years. */
const mostSessions = 8;

export class Remembered {
  readonly #store: SessionStore;
  readonly #sessions = new Map<string, Promise<Map<string, Kept>>>();

  constructor(store: SessionStore) {
    this.#store = store;
  }

  /** In the order of the log, of all branches. */
  async of(sessionId: string): Promise<Kept[]> {
    const known = this.#sessions.get(sessionId) ?? this.#read(sessionId);
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, known);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > mostSessions && oldest !== undefined) this.#sessions.delete(oldest);
    return [...(await known).values()].sort((a, b) => a.seq - b.seq);
  }

  /** Hears every change of the store. */
  follow(change: StoreChange): void {
    if (change.type === 'purged' || change.type === 'imported') this.#sessions.delete(change.sessionId);
    if (change.type !== 'appended') return;
    const news = change.entries.filter(isKept);
    if (news.length === 0) return;
    // What is appended while it is read is added when it was read; by then it may be there already.
    void this.#sessions.get(change.sessionId)?.then(
      (entries) => {
        for (const entry of news) entries.set(entry.id, entry);
      },
      () => undefined,
    );
  }

  async #read(sessionId: string): Promise<Map<string, Kept>> {
    try {
      const entries = await this.#store.ofKinds(sessionId, kinds);
      return new Map(entries.map((entry) => [entry.id, entry]));
    } catch (error) {
      this.#sessions.delete(sessionId);
      throw error;
    }
  }
}

const isKept = (entry: Entry): entry is Kept => kinds.some((kind) => kind === entry.kind);
