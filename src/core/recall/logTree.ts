/** How the entries of a log hang together: places instead of ids, so that walking a branch touches numbers only. */

import type { EntryKind } from '../../protocol/entries.ts';
import { type Column, type ColumnReader, DamagedBytes } from './columns.ts';
import { Grown } from './grown.ts';
import { Ids } from './ids.ts';
import { Texts } from './texts.ts';

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

/** New kinds are added at the end: the place of each is what is stored. */
const kinds: readonly EntryKind[] = [
  'user',
  'assistant',
  'tool_result',
  'frame',
  'directive',
  'task',
  'title',
  'model',
  'profile',
  'rewind',
];

/** The columns of entries that follow each other, as they are stored. */
export interface StoredEntries {
  ids: Texts;
  kinds: Uint8Array;
  times: Float64Array;
  parents: Uint32Array;
}

export class LogTree {
  readonly #ids = new Ids();
  readonly #kinds = new Grown((length) => new Uint8Array(length));
  readonly #times = new Grown((length) => new Float64Array(length));
  readonly #parents = new Grown((length) => new Uint32Array(length));

  /** Places are counted from 1 without gaps, as in the log. */
  get lastSeq(): number {
    return this.#parents.size;
  }

  add({ id, kind, at, parent }: TreeEntry): void {
    this.#ids.push(id);
    this.#kinds.push(kinds.indexOf(kind));
    this.#times.push(at);
    this.#parents.push(parent);
  }

  append(stored: StoredEntries): void {
    this.#ids.attach(stored.ids);
    this.#kinds.append(stored.kinds);
    this.#times.append(stored.times);
    this.#parents.append(stored.parents);
  }

  /** The entries between two places. */
  part(fromSeq: number, toSeq: number): StoredEntries {
    const ids = Array.from({ length: toSeq - fromSeq + 1 }, (_, offset) =>
      this.#ids.at(fromSeq - 1 + offset),
    );
    return {
      ids: Texts.of(ids),
      kinds: this.#kinds.values.subarray(fromSeq - 1, toSeq),
      times: this.#times.values.subarray(fromSeq - 1, toSeq),
      parents: this.#parents.values.subarray(fromSeq - 1, toSeq),
    };
  }

  /** Throws `RangeError` for a place that the log does not have. */
  at(seq: number): TreeEntry {
    const kind = kinds[this.#kinds.at(seq - 1)];
    if (!(seq > 0 && seq <= this.lastSeq) || kind === undefined)
      throw new RangeError(`There is no place ${seq} among ${this.lastSeq}.`);
    return {
      id: this.#ids.at(seq - 1),
      kind,
      at: this.#times.at(seq - 1),
      parent: this.#parents.at(seq - 1),
    };
  }

  seqOf(id: string): number | undefined {
    const place = this.#ids.placeOf(id);
    return place === undefined ? undefined : place + 1;
  }

  /** Whether all entries from one place to another could be read. */
  isWhole(fromSeq: number, toSeq: number): boolean {
    for (let seq = fromSeq; seq <= toSeq; seq++) if (this.#ids.at(seq - 1) === '') return false;
    return true;
  }

  /** For each place, whether it stands on the branch that ends at the leaf. */
  branch(leaf: number): Uint8Array {
    const marks = new Uint8Array(this.lastSeq + 1);
    const parents = this.#parents.values;
    for (let seq = leaf; seq > 0; seq = parents[seq - 1] ?? 0) marks[seq] = onBranch;
    return marks;
  }

  /** Places from one entry up to another, both included, the later first; empty when they are not on one branch. */
  run(from: number, to: number): number[] {
    const places: number[] = [];
    // A parent has a smaller place than its child.
    for (let seq = to; seq >= from && seq > 0; seq = this.#parents.at(seq - 1)) {
      places.push(seq);
      if (seq === from) return places;
    }
    return [];
  }
}

export function entryColumns(entries: StoredEntries): Column[] {
  return [...entries.ids.columns, entries.kinds, entries.times, entries.parents];
}

/** Entries from a place on, as `entryColumns` has them. Throws `DamagedBytes`. */
export function readEntries(reader: ColumnReader, fromSeq: number): StoredEntries {
  const entries = {
    ids: Texts.read(reader),
    kinds: reader.uint8(),
    times: reader.float64(),
    parents: reader.uint32(),
  };
  const columns = [entries.kinds, entries.times, entries.parents];
  if (columns.some(({ length }) => length !== entries.ids.size))
    throw new DamagedBytes('it has another number of ids than of entries');
  if (entries.kinds.some((kind) => kind >= kinds.length)) throw new DamagedBytes('a kind is not known');
  // Else a walk up the branch would not end.
  if (entries.parents.some((parent, place) => parent >= fromSeq + place))
    throw new DamagedBytes('a parent stands behind its child');
  return entries;
}
