/** Which entries stand on the active branch of a session, kept up with the log so that nobody reads it whole again. */
import type { Entry } from '../../protocol/entries.ts';
import type { EntryLink, PathOptions, SessionStore } from '../session/store.ts';

interface Step {
  id: string;
  /** Inputs of the user up to and including this entry. */
  turns: number;
}

/** The active branch from its root to its head. */
export class Branch {
  readonly #steps: Step[] = [];
  readonly #places = new Map<string, number>();

  constructor(path: readonly EntryLink[]) {
    for (const entry of path) this.#push(entry);
  }

  /** Place of an entry, from 0 at the root; undefined when it is not on the branch. */
  placeOf(id: string): number | undefined {
    return this.#places.get(id);
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  /** Ids of the entries between two places, both included, in their order. */
  idsBetween(from: number, to: number): string[] {
    return this.#steps.slice(Math.max(0, from), to + 1).map(({ id }) => id);
  }

  get length(): number {
    return this.#steps.length;
  }

  /** Inputs of the user between two places, both included. */
  turnsBetween(from: number, to: number): number {
    return (this.#steps[to]?.turns ?? 0) - (this.#steps[from - 1]?.turns ?? 0);
  }

  /** Takes in what was appended; false when the branch is now another one and must be read again. */
  follow(entries: readonly Entry[]): boolean {
    return entries.every((entry) => {
      const parent = entry.parentId === null ? -1 : this.#places.get(entry.parentId);
      if (parent === undefined) return false;
      for (const left of this.#steps.splice(parent + 1)) this.#places.delete(left.id);
      this.#push(entry);
      return true;
    });
  }

  #push({ id, kind }: EntryLink): void {
    const turns = (this.#steps.at(-1)?.turns ?? 0) + (kind === 'user' ? 1 : 0);
    this.#places.set(id, this.#steps.length);
    this.#steps.push({ id, turns });
  }
}

/** Entries read at a time, so that no answer of the store holds the thread for more than a few ms. */
const pageSize = 2_048;

/** The branch that ends at an entry, or at the head. */
export async function readBranch(store: SessionStore, sessionId: string, leafId?: string): Promise<Branch> {
  const pages: EntryLink[][] = [];
  for (let from: PathOptions = leafId === undefined ? {} : { leafId }; ; ) {
    const page = await store.lineage(sessionId, { ...from, limit: pageSize });
    pages.unshift(page);
    const [first] = page;
    // What stands before an entry never changes, so the pages fit together whatever is appended meanwhile.
    if (page.length < pageSize || !first) return new Branch(pages.flat());
    from = { beforeId: first.id };
  }
}

/** Sessions whose branch is kept; more than a person has open, and a branch of 10,000 turns takes about 4 MB. */
const mostBranches = 8;

/** The branches of the sessions that were asked about lately. */
export class Branches {
  readonly #store: SessionStore;
  readonly #known = new Map<string, Promise<Branch>>();

  constructor(store: SessionStore) {
    this.#store = store;
  }

  of(sessionId: string): Promise<Branch> {
    const known = this.#known.get(sessionId) ?? this.#read(sessionId);
    this.#known.delete(sessionId);
    this.#known.set(sessionId, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostBranches && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }

  /** Hears every append of every session, in the order of the log. */
  appended(sessionId: string, entries: readonly Entry[]): void {
    const known = this.#known.get(sessionId);
    if (!known) return;
    const followed = known.then((branch) => {
      // What was read while it was appended is on the branch already.
      const unseen = entries.filter(({ id }) => !branch.has(id));
      if (!branch.follow(unseen)) this.forget(sessionId);
      return branch;
    });
    followed.catch(() => this.forget(sessionId));
  }

  forget(sessionId: string): void {
    this.#known.delete(sessionId);
  }

  async #read(sessionId: string): Promise<Branch> {
    try {
      return await readBranch(this.#store, sessionId);
    } catch (error) {
      this.forget(sessionId);
      throw error;
    }
  }
}
