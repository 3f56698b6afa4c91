/**
 * Which chunks hold which terms, in typed arrays: three bytes for a term of a chunk. The newest chunks lie one after
 * the other; a full stretch of them is turned around once, into lists of chunks by term.
 */

/** Terms of a chunk, ascending, each with a mark as `mark` makes it. */
export interface Held {
  ids: Uint32Array;
  marks: Uint8Array;
}

/** How often a term stands in a chunk, and whether the chunk defines it or its file's path has it, in one byte. */
const mostCount = 63;
const inPath = 64;
const defined = 128;
export const mark = (count: number, isDefined: boolean, isInPath: boolean): number =>
  Math.min(count, mostCount) | (isDefined ? defined : 0) | (isInPath ? inPath : 0);
export const countOf = (marked: number): number => marked & mostCount;
export const isDefined = (marked: number): boolean => (marked & defined) !== 0;
export const isInPath = (marked: number): boolean => (marked & inPath) !== 0;

/** Large enough that there are few segments, small enough that the open one can be read through for a question. */
const segmentSize = 2048;

export interface Segment {
  /** Different terms, ascending. */
  ids: Uint32Array;
  /** Where the list of each begins; one more at the end. */
  starts: Uint32Array;
  /** Places of chunks, counted from the segment's first. */
  chunks: Uint16Array;
  marks: Uint8Array;
}

export class Segments {
  readonly #closed: Segment[];
  #open: Held[] = [];

  constructor(closed: readonly Segment[] = []) {
    this.#closed = [...closed];
  }

  /** Places that were given out. */
  get size(): number {
    return this.#closed.length * segmentSize + this.#open.length;
  }

  /** The place of the chunk that is added. */
  add(held: Held): number {
    this.#open.push(held);
    const place = this.size - 1;
    if (this.#open.length === segmentSize) {
      this.#closed.push(turned(this.#open));
      this.#open = [];
    }
    return place;
  }

  /** The chunks whose places are kept, in the same order, with new places from 0. */
  kept(isKept: (place: number) => boolean): Segments {
    const result = new Segments();
    let first = 0;
    for (const segment of this.#closed) {
      for (const [offset, held] of turnedBack(segment).entries())
        if (isKept(first + offset)) result.add(held);
      first += segmentSize;
    }
    for (const [offset, held] of this.#open.entries()) if (isKept(first + offset)) result.add(held);
    return result;
  }

  /** Calls `visit` for each chunk that holds a term, in order of place. */
  visit(id: number, visit: (place: number, marked: number) => void): void {
    for (const [number, { ids, starts, chunks, marks }] of this.#closed.entries()) {
      const at = search(ids, id);
      if (at < 0) continue;
      const end = starts[at + 1] ?? 0;
      for (let entry = starts[at] ?? 0; entry < end; entry++) {
        visit(number * segmentSize + (chunks[entry] ?? 0), marks[entry] ?? 0);
      }
    }
    const first = this.#closed.length * segmentSize;
    for (const [offset, { ids, marks }] of this.#open.entries()) {
      const at = search(ids, id);
      if (at >= 0) visit(first + offset, marks[at] ?? 0);
    }
  }
}

/** Chunks one after the other become lists by term. */
function turned(held: readonly Held[]): Segment {
  const lengths = new Map<number, number>();
  let total = 0;
  for (const { ids } of held) {
    total += ids.length;
    for (const id of ids) lengths.set(id, (lengths.get(id) ?? 0) + 1);
  }
  const ids = Uint32Array.from(lengths.keys()).sort();
  const starts = new Uint32Array(ids.length + 1);
  const next = new Map<number, number>();
  for (const [at, id] of ids.entries()) {
    next.set(id, starts[at] ?? 0);
    starts[at + 1] = (starts[at] ?? 0) + (lengths.get(id) ?? 0);
  }
  const segment: Segment = { ids, starts, chunks: new Uint16Array(total), marks: new Uint8Array(total) };
  for (const [offset, one] of held.entries()) {
    // A counted loop, as this runs once for every term of every chunk.
    for (let at = 0; at < one.ids.length; at++) {
      const id = one.ids[at] ?? 0;
      const entry = next.get(id) ?? 0;
      segment.chunks[entry] = offset;
      segment.marks[entry] = one.marks[at] ?? 0;
      next.set(id, entry + 1);
    }
  }
  return segment;
}

/** Lists by term become chunks again; their terms ascend, as the lists do. */
function turnedBack({ ids, starts, chunks, marks }: Segment): Held[] {
  const held = Array.from({ length: segmentSize }, (): { ids: number[]; marks: number[] } => ({
    ids: [],
    marks: [],
  }));
  for (const [at, id] of ids.entries()) {
    const end = starts[at + 1] ?? 0;
    for (let entry = starts[at] ?? 0; entry < end; entry++) {
      const one = held[chunks[entry] ?? 0];
      one?.ids.push(id);
      one?.marks.push(marks[entry] ?? 0);
    }
  }
  return held.map((one) => ({ ids: Uint32Array.from(one.ids), marks: Uint8Array.from(one.marks) }));
}

/** Where a number stands in ascending ones; negative when it does not. */
function search(ids: Uint32Array, id: number): number {
  let low = 0;
  let high = ids.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = ids[middle] ?? 0;
    if (value === id) return middle;
    if (value < id) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
