/** Which documents of a stretch hold which terms: lists in columns, which never change and are stored as they are. */
import { type Column, type ColumnReader, DamagedBytes } from './columns.ts';
import { Texts } from './texts.ts';

/** Documents that hold a term, counted from the first of the stretch, ascending, and how often, at most 255. */
export interface TermList {
  documents: number[];
  counts: number[];
}

/** Documents of a stretch, whose places take two bytes. */
const mostDocuments = 65_536;

/** A term in the form in which it is looked up. */
export interface Term {
  bytes: Uint8Array;
  hash: number;
}

const encoder = new TextEncoder();

/** FNV-1a; the bits are mixed once more so that they are spread evenly, also the high ones. */
export function termOf(text: string): Term {
  const bytes = encoder.encode(text);
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return { bytes, hash: (hash ^ (hash >>> 13)) >>> 0 };
}

export class TermLists {
  /** Ascending. */
  readonly #hashes: Uint32Array;
  readonly terms: Texts;
  /** Where the list of each term begins; one more at the end. */
  readonly starts: Uint32Array;
  readonly documents: Uint16Array;
  readonly counts: Uint8Array;

  private constructor(
    hashes: Uint32Array,
    terms: Texts,
    starts: Uint32Array,
    documents: Uint16Array,
    counts: Uint8Array,
  ) {
    this.#hashes = hashes;
    this.terms = terms;
    this.starts = starts;
    this.documents = documents;
    this.counts = counts;
  }

  /** The same lists give the same columns, in whatever order the terms come. Throws `RangeError` for too many. */
  static of(lists: ReadonlyMap<string, TermList>, size: number): TermLists {
    if (size > mostDocuments) throw new RangeError(`${size} documents are too many for one stretch.`);
    const sorted = [...lists]
      .map(([text, list]) => ({ text, list, hash: termOf(text).hash }))
      .sort((a, z) => a.hash - z.hash || (a.text < z.text ? -1 : 1));
    const starts = new Uint32Array(sorted.length + 1);
    for (const [at, { list }] of sorted.entries()) starts[at + 1] = (starts[at] ?? 0) + list.documents.length;
    const documents = new Uint16Array(starts[sorted.length] ?? 0);
    const counts = new Uint8Array(documents.length);
    for (const [at, { list }] of sorted.entries()) {
      documents.set(list.documents, starts[at]);
      counts.set(list.counts, starts[at]);
    }
    return new TermLists(
      Uint32Array.from(sorted, ({ hash }) => hash),
      Texts.of(sorted.map(({ text }) => text)),
      starts,
      documents,
      counts,
    );
  }

  /** As `columns` has them. Throws `DamagedBytes`. */
  static read(reader: ColumnReader): TermLists {
    const hashes = reader.uint32();
    const terms = Texts.read(reader);
    const starts = reader.uint32();
    const documents = reader.uint16();
    const counts = reader.uint8();
    const fits =
      terms.size === hashes.length &&
      starts.length === hashes.length + 1 &&
      starts.at(-1) === documents.length &&
      counts.length === documents.length;
    if (!fits) throw new DamagedBytes('a list of documents is cut off');
    return new TermLists(hashes, terms, starts, documents, counts);
  }

  get columns(): Column[] {
    return [this.#hashes, ...this.terms.columns, this.starts, this.documents, this.counts];
  }

  /** The last document that holds anything; -1 where none does. */
  get lastDocument(): number {
    let last = -1;
    for (let at = 0; at < this.documents.length; at++) last = Math.max(last, this.documents[at] ?? 0);
    return last;
  }

  /** The place of a term; -1 where no document holds it. */
  find({ bytes, hash }: Term): number {
    const hashes = this.#hashes;
    let low = 0;
    let high = hashes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((hashes[middle] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    for (; hashes[low] === hash; low++) if (this.terms.is(low, bytes)) return low;
    return -1;
  }
}
