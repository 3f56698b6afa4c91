/**
 * The meaning of single words as directions in space, from a table made once, and of texts as the weighted sum of
 * their words: Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", 2017.
 */
import { isStopWord, terms } from '../grounding/terms.ts';

/** "CWV" and the version of the form; then three numbers: words, dimensions, bytes of the words. */
export const head = [0x43, 0x57, 0x56, 1];
export const headBytes = head.length + 12;

/** The table cannot be read; `message` says why. */
export class UnreadableVectors extends Error {}

/** Rare words say more about a text than common ones: the constant of the paper. */
const a = 1e-3;
/** The share of all words that the word at a place of the frequency list has in English, after Zipf and Mandelbrot. */
const share = (place: number): number => 0.08 / (place + 2.7);
/** What the word at a place of the frequency list, from 0, says of a text, from 0 to 1. */
export const weightAt = (place: number): number => a / (a + share(place));

export class WordVectors {
  readonly dimensions: number;
  readonly #places: Map<string, number>;
  readonly #rows: Int8Array;
  /** What each word weighs, by its place; not a number until it is asked for. */
  readonly #weights: Float64Array;

  /**
   * Reads a table as `npm run vectors` writes it; the bytes are kept, not copied.
   * Throws `UnreadableVectors` when they are not such a table.
   */
  constructor(bytes: Uint8Array) {
    if (bytes.length < headBytes || head.some((byte, at) => bytes[at] !== byte)) {
      throw new UnreadableVectors('These bytes are not a table of word vectors.');
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const count = view.getUint32(head.length, true);
    this.dimensions = view.getUint32(head.length + 4, true);
    const wordBytes = view.getUint32(head.length + 8, true);
    if (bytes.length !== headBytes + wordBytes + count * this.dimensions) {
      throw new UnreadableVectors('The table of word vectors is not as long as its head says.');
    }
    const words = new TextDecoder().decode(bytes.subarray(headBytes, headBytes + wordBytes)).split('\n');
    if (words.length !== count) {
      throw new UnreadableVectors('The table of word vectors does not hold as many words as its head says.');
    }
    this.#places = new Map(words.map((word, place) => [word, place]));
    this.#rows = new Int8Array(
      bytes.buffer,
      bytes.byteOffset + headBytes + wordBytes,
      count * this.dimensions,
    );
    this.#weights = new Float64Array(count).fill(Number.NaN);
  }

  /** The direction of a text, in 127ths; empty where no word of it is known. */
  meaning(text: string): Int8Array<ArrayBuffer> {
    const sum = new Float64Array(this.dimensions);
    let known = false;
    for (const [word] of text.toLowerCase().matchAll(/[a-z]+/g)) {
      const place = this.#places.get(word);
      if (place === undefined) continue;
      const weight = this.#weight(word, place);
      if (weight === 0) continue;
      known = true;
      const start = place * this.dimensions;
      for (let at = 0; at < sum.length; at++)
        sum[at] = (sum[at] ?? 0) + weight * (this.#rows[start + at] ?? 0);
    }
    return known ? scaled(sum) : new Int8Array(0);
  }

  /** Function words weigh nothing; the length of a row is taken out. */
  #weight(word: string, place: number): number {
    const known = this.#weights[place] ?? 0;
    if (!Number.isNaN(known)) return known;
    const row = this.#rows.subarray(place * this.dimensions, (place + 1) * this.dimensions);
    const isSilent = isStopWord(terms(word)[0] ?? '');
    const weight = isSilent ? 0 : weightAt(place) / Math.max(1, Math.hypot(...row));
    this.#weights[place] = weight;
    return weight;
  }
}

/** A direction of length 127, rounded. */
function scaled(vector: Float64Array): Int8Array<ArrayBuffer> {
  let square = 0;
  for (const value of vector) square += value * value;
  const factor = square === 0 ? 0 : 127 / Math.sqrt(square);
  return Int8Array.from(vector, (value) => Math.round(value * factor));
}
