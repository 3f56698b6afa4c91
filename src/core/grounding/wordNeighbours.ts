/** Words of like meaning, from a table of word vectors. */
import { head, headBytes, weightAt } from '../recall/wordVectors.ts';
import { isStopWord, terms } from './terms.ts';

export interface Neighbour {
  term: string;
  /** The cosine between the two words. */
  likeness: number;
}

/** Below this, words of one subject are neighbours whatever they mean: Monday of Friday, input of output. */
const leastLikeness = 0.6;
const mostNeighbours = 12;
/** Bits of a sign sketch in which words may differ to be compared; at the least likeness some 30 of 100 differ. */
const mostDifferent = 0.42;
/**
 * The commonest words stand beside every other word, so that their neighbours are words of the same grammar: without
 * of taken, end of next. A thousand words are the usual extent of a basic vocabulary of English.
 */
const commonest = 1000;
/** Questions repeat their words; a few thousand are those of a day's work. */
const remembered = 5000;

export class WordNeighbours {
  readonly #dimensions: number;
  readonly #terms: string[] = [];
  readonly #places = new Map<string, number>();
  /** The place of each word in the list by frequency, from 0. */
  readonly #ranks = new Map<string, number>();
  /** One row of dimensions for each term, of length 127. */
  readonly #rows: Int8Array;
  /** The signs of each row, as bits. */
  readonly #sketches: Uint32Array;
  readonly #sketchWords: number;
  readonly #known = new Map<string, readonly Neighbour[]>();

  /** Reads a table as `WordVectors` does, which says how it is laid out and whether it is whole. */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    this.#dimensions = view.getUint32(head.length + 4, true);
    const wordBytes = view.getUint32(head.length + 8, true);
    const words = new TextDecoder().decode(bytes.subarray(headBytes, headBytes + wordBytes)).split('\n');
    const rows = new Int8Array(bytes.buffer, bytes.byteOffset + headBytes + wordBytes);
    this.#rows = new Int8Array(words.length * this.#dimensions);
    for (const [place, word] of words.entries())
      this.#take(word, place, rows.subarray(place * this.#dimensions));
    this.#sketchWords = Math.ceil(this.#dimensions / 32);
    this.#sketches = new Uint32Array(this.#terms.length * this.#sketchWords);
    for (let term = 0; term < this.#terms.length; term++) this.#sketch(term);
  }

  /** How much a word says whatever it is asked about, from 0 to 1, by how common it is in English. */
  weightOf(term: string): number {
    const rank = this.#ranks.get(term);
    return rank === undefined ? 1 : weightAt(rank);
  }

  /** The nearest first; none of a word that the table does not have. */
  of(term: string): readonly Neighbour[] {
    const known = this.#known.get(term);
    if (known) return known;
    const found = (this.#ranks.get(term) ?? commonest) < commonest ? [] : this.#search(term);
    if (this.#known.size >= remembered) this.#known.clear();
    this.#known.set(term, found);
    return found;
  }

  /** Of the forms of one word the most frequent, which comes first, stands for all. */
  #take(word: string, rank: number, row: Int8Array): void {
    const [term = '', ...more] = terms(word);
    if (more.length > 0 || this.#places.has(term) || isStopWord(term)) return;
    let square = 0;
    for (let at = 0; at < this.#dimensions; at++) square += (row[at] ?? 0) ** 2;
    if (square === 0) return;
    const start = this.#terms.length * this.#dimensions;
    const factor = 127 / Math.sqrt(square);
    for (let at = 0; at < this.#dimensions; at++)
      this.#rows[start + at] = Math.round((row[at] ?? 0) * factor);
    this.#ranks.set(term, rank);
    this.#places.set(term, this.#terms.length);
    this.#terms.push(term);
  }

  #sketch(term: number): void {
    for (let at = 0; at < this.#dimensions; at++) {
      if ((this.#rows[term * this.#dimensions + at] ?? 0) <= 0) continue;
      const word = term * this.#sketchWords + (at >> 5);
      this.#sketches[word] = (this.#sketches[word] ?? 0) | (1 << (at & 31));
    }
  }

  #search(term: string): Neighbour[] {
    const place = this.#places.get(term);
    if (place === undefined) return [];
    const dimensions = this.#dimensions;
    const own = Int32Array.from(this.#rows.subarray(place * dimensions, (place + 1) * dimensions));
    const most = mostDifferent * dimensions;
    const found: Neighbour[] = [];
    for (let other = 0; other < this.#terms.length; other++) {
      if (other === place || this.#difference(place, other) > most) continue;
      let sum = 0;
      const start = other * dimensions;
      for (let at = 0; at < dimensions; at++) sum += (own[at] ?? 0) * (this.#rows[start + at] ?? 0);
      const likeness = sum / (127 * 127);
      if (likeness >= leastLikeness) found.push({ term: this.#terms[other] ?? '', likeness });
    }
    return found.sort((a, z) => z.likeness - a.likeness).slice(0, mostNeighbours);
  }

  #difference(a: number, z: number): number {
    let bits = 0;
    for (let at = 0; at < this.#sketchWords; at++) {
      bits += ones(
        (this.#sketches[a * this.#sketchWords + at] ?? 0) ^ (this.#sketches[z * this.#sketchWords + at] ?? 0),
      );
    }
    return bits;
  }
}

/** Bits that are set: Warren, "Hacker's Delight", 2nd edition, section 5-1. */
function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
