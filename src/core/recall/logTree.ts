/** How the entries of a log hang together: places instead of ids, so that walking a branch touches numbers only. */
import type { EntryKind } from '../../protocol/entries.ts';

export interface TreeEntry {
  /** Empty for one that cannot be read; the one after it stands in its place on the branch. */
  id: string;
  kind: EntryKind;
  at: number;
  /** Place of the parent; 0 for none. */
  parent: number;
}

/** What `branch` says of a place that stands on it; 0 is said of the others. */
export const onBranch = 1;

export class LogTree {
  readonly #entries: TreeEntry[] = [];
  readonly #seqs = new Map<string, number>();

  /** Places are counted from 1 without gaps, as in the log. */
  get lastSeq(): number {
    return this.#entries.length;
  }

  add(entry: TreeEntry): void {
    this.#entries.push(entry);
    if (entry.id !== '') this.#seqs.set(entry.id, this.lastSeq);
  }

  /** Throws `RangeError` for a place that the log does not have. */
  at(seq: number): TreeEntry {
    const entry = this.#entries[seq - 1];
    if (!entry) throw new RangeError(`There is no place ${seq} among ${this.lastSeq}.`);
    return entry;
  }

  seqOf(id: string): number | undefined {
    return this.#seqs.get(id);
  }

  /** Whether all entries from one place to another could be read. */
  isWhole(fromSeq: number, toSeq: number): boolean {
    return this.#entries.slice(fromSeq - 1, toSeq).every(({ id }) => id !== '');
  }

  /** For each place, whether it stands on the branch that ends at the leaf. */
  branch(leaf: number): Uint8Array {
    const marks = new Uint8Array(this.lastSeq + 1);
    for (let seq = leaf; seq > 0; seq = this.#entries[seq - 1]?.parent ?? 0) marks[seq] = onBranch;
    return marks;
  }

  /** Places from one entry up to another, both included, the later first; empty when they are not on one branch. */
  run(from: number, to: number): number[] {
    const places: number[] = [];
    // A parent has a smaller place than its child.
    for (let seq = to; seq >= from && seq > 0; seq = this.#entries[seq - 1]?.parent ?? 0) {
      places.push(seq);
      if (seq === from) return places;
    }
    return [];
  }
}
