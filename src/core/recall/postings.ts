/**
 * Which documents hold which terms, in typed arrays: three bytes for a term of a document. The newest documents lie
 * one after the other; each full stretch of them is turned around once, into lists of documents by term.
 */

/** A stretch is small enough to be read through while it is open, and large enough that there are few of them. */
const stretchSize = 1024;

/** Terms of one document: numbers ascending, and how often each occurs, at most 255. */
export interface TermCounts {
  ids: Uint32Array;
  counts: Uint8Array;
}

/** Documents that hold a term, from `start` to before `end`; valid only while it is visited. */
export interface PostingList {
  /** Added to each of `documents`. */
  first: number;
  documents: Uint16Array;
  counts: Uint8Array;
  start: number;
  end: number;
}

interface Stretch {
  first: number;
  /** Different terms, ascending. */
  ids: Uint32Array;
  /** Where the list of each begins; one more at the end. */
  starts: Uint32Array;
  /** Documents, counted from `first`. */
  documents: Uint16Array;
  counts: Uint8Array;
}

export class Postings {
  readonly #closed: Stretch[] = [];
  #open: TermCounts[] = [];
  /** Documents that hold a term. */
  #frequencies = new Uint32Array(1024);
  #scratch = new Uint32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  frequency(term: number): number {
    return this.#frequencies[term] ?? 0;
  }

  add(document: TermCounts): void {
    for (const id of document.ids) {
      if (id >= this.#frequencies.length) this.#grow(id);
      this.#frequencies[id] = (this.#frequencies[id] ?? 0) + 1;
    }
    this.#open.push(document);
    this.#size += 1;
    if (this.#open.length === stretchSize) {
      this.#closed.push(turned(this.#size - stretchSize, this.#open, this.#scratch));
      this.#open = [];
    }
  }

  /** Calls `visit` for the documents that hold one of the terms, once or more for each term. */
  visit(terms: readonly number[], visit: (at: number, list: PostingList) => void): void {
    for (const { first, ids, starts, documents, counts } of this.#closed) {
      for (const [at, term] of terms.entries()) {
        const place = find(ids, term);
        if (place < 0) continue;
        visit(at, { first, documents, counts, start: starts[place] ?? 0, end: starts[place + 1] ?? 0 });
      }
    }
    const first = this.#size - this.#open.length;
    const documents = new Uint16Array(this.#open.length);
    const counts = new Uint8Array(this.#open.length);
    for (const [at, term] of terms.entries()) {
      let end = 0;
      for (let offset = 0; offset < this.#open.length; offset++) {
        const open = this.#open[offset];
        const place = open ? find(open.ids, term) : -1;
        if (!open || place < 0) continue;
        documents[end] = offset;
        counts[end] = open.counts[place] ?? 0;
        end += 1;
      }
      if (end > 0) visit(at, { first, documents, counts, start: 0, end });
    }
  }

  /** How often a document holds a term. */
  count(term: number, document: number): number {
    const stretch = this.#closed[Math.floor(document / stretchSize)];
    if (!stretch) {
      const open = this.#open[document - this.#closed.length * stretchSize];
      const place = open ? find(open.ids, term) : -1;
      return open?.counts[place] ?? 0;
    }
    const place = find(stretch.ids, term);
    if (place < 0) return 0;
    const start = stretch.starts[place] ?? 0;
    const entry = find(
      stretch.documents.subarray(start, stretch.starts[place + 1]),
      document - stretch.first,
    );
    return entry < 0 ? 0 : (stretch.counts[start + entry] ?? 0);
  }

  /** The terms of documents from `from` to before `to`, as they were added. */
  read(from: number, to: number): TermCounts[] {
    const result: { ids: number[]; counts: number[] }[] = [];
    for (let document = from; document < to; document++) result.push({ ids: [], counts: [] });
    for (const stretch of this.#closed) {
      if (stretch.first >= to || stretch.first + stretchSize <= from) continue;
      for (const [place, id] of stretch.ids.entries()) {
        const end = stretch.starts[place + 1] ?? 0;
        for (let entry = stretch.starts[place] ?? 0; entry < end; entry++) {
          const target = result[stretch.first + (stretch.documents[entry] ?? 0) - from];
          target?.ids.push(id);
          target?.counts.push(stretch.counts[entry] ?? 0);
        }
      }
    }
    const first = this.#size - this.#open.length;
    return result.map(({ ids, counts }, offset) => {
      const open = this.#open[from + offset - first];
      return open ?? { ids: Uint32Array.from(ids), counts: Uint8Array.from(counts) };
    });
  }

  #grow(id: number): void {
    const larger = new Uint32Array(Math.max(id + 1, this.#frequencies.length * 2));
    larger.set(this.#frequencies);
    this.#frequencies = larger;
    this.#scratch = new Uint32Array(larger.length);
  }
}

/** Documents one after the other become lists by term. `scratch` has a zero for each term, and has again after. */
function turned(first: number, documents: readonly TermCounts[], scratch: Uint32Array): Stretch {
  const different: number[] = [];
  let total = 0;
  for (const { ids } of documents) {
    total += ids.length;
    for (const id of ids) {
      if (scratch[id] === 0) different.push(id);
      scratch[id] = (scratch[id] ?? 0) + 1;
    }
  }
  const ids = Uint32Array.from(different).sort();
  const starts = new Uint32Array(ids.length + 1);
  for (const [place, id] of ids.entries()) {
    const start = starts[place] ?? 0;
    starts[place + 1] = start + (scratch[id] ?? 0);
    // From here on the place where the next document of this term is put.
    scratch[id] = start;
  }
  const stretch: Stretch = {
    first,
    ids,
    starts,
    documents: new Uint16Array(total),
    counts: new Uint8Array(total),
  };
  for (const [offset, document] of documents.entries()) {
    for (let place = 0; place < document.ids.length; place++) {
      const id = document.ids[place] ?? 0;
      const entry = scratch[id] ?? 0;
      stretch.documents[entry] = offset;
      stretch.counts[entry] = document.counts[place] ?? 0;
      scratch[id] = entry + 1;
    }
  }
  for (const id of ids) scratch[id] = 0;
  return stretch;
}

/** Where a number stands in ascending ones; negative when it does not. */
function find(ids: Uint32Array | Uint16Array, id: number): number {
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
