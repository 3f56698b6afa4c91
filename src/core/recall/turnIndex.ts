/**
 * Finds earlier turns by their words. Synchronous and pure: the same documents and the same question give the same
 * hits, however the documents came in. It keeps no texts.
 */
import { isStopWord } from '../grounding/terms.ts';
import { askedWords, countTerms } from './analysis.ts';
import type { KnownDocument, RecallDocument, RecallHit, RecallQuery } from './document.ts';
import { Postings } from './postings.ts';
import { decodeRun, encodeRun, type IndexedDocument } from './run.ts';
import type { WordVectors } from './wordVectors.ts';

export type { KnownDocument, RecallDocument, RecallHit, RecallQuery } from './document.ts';
export { UnreadableRun } from './run.ts';

/** The usual constants of BM25: repetition counts less and less, long documents are held to their length. */
const k1 = 1.2;
const b = 0.75;

export class TurnIndex {
  readonly #vectors: WordVectors | undefined;
  readonly #numbers = new Map<string, number>();
  readonly #terms: string[] = [];
  readonly #postings = new Postings();
  readonly #documents: (KnownDocument & { length: number; meaning: Int8Array })[] = [];
  #totalLength = 0;

  constructor(options: { vectors?: WordVectors } = {}) {
    this.#vectors = options.vectors;
  }

  get size(): number {
    return this.#documents.length;
  }

  /** Throws `RangeError` for an index that no document has. */
  document(index: number): KnownDocument {
    const { id, seq, role, at, covers } = this.#at(index);
    return {
      id,
      seq,
      role,
      ...(at === undefined ? {} : { at }),
      ...(covers === undefined ? {} : { covers }),
    };
  }

  /** Documents follow those that are here, in the order of their log. */
  add(documents: readonly RecallDocument[]): void {
    for (const document of documents) this.#append(this.#indexed(document));
  }

  /** The best hits, best first; equals in the order of the log. */
  search(query: RecallQuery): RecallHit[] {
    const asked = [...askedWords(query.text)]
      .filter(([term]) => !isStopWord(term))
      .flatMap(([term, word]) => {
        const number = this.#numbers.get(term);
        return number === undefined ? [] : [{ number, word, weight: this.#weight(number) }];
      });
    const scores = new Float64Array(this.size);
    const average = Math.max(1, this.#totalLength / Math.max(1, this.size));
    this.#postings.visit(
      asked.map(({ number }) => number),
      (at, document, count) => {
        const norm = k1 * (1 - b + (b * (this.#documents[document]?.length ?? 0)) / average);
        scores[document] =
          (scores[document] ?? 0) + ((asked[at]?.weight ?? 0) * count * (k1 + 1)) / (count + norm);
      },
    );
    const found: number[] = [];
    for (const [index, score] of scores.entries()) {
      if (score > 0 && (query.accepts?.(index) ?? true)) found.push(index);
    }
    found.sort((a, z) => (scores[z] ?? 0) - (scores[a] ?? 0) || a - z);
    return found.slice(0, query.limit).map((index) => ({
      index,
      id: this.#at(index).id,
      score: scores[index] ?? 0,
      why: 'words' as const,
      terms: this.#foundIn(index, asked),
    }));
  }

  /** The documents from `from` to before `to` in bytes that `load` takes, here or in another index. */
  encode(from: number, to: number): Uint8Array {
    const contents = this.#postings.read(from, to);
    return encodeRun(
      contents.map(({ ids, counts }, offset): IndexedDocument => {
        const index = from + offset;
        const { length, meaning } = this.#at(index);
        return {
          ...this.document(index),
          length,
          meaning,
          counts,
          terms: Array.from(ids, (id) => this.#terms[id] ?? ''),
        };
      }),
    );
  }

  /** Adds an encoded run after what is here. Throws `UnreadableRun`, and has then added nothing. */
  load(bytes: Uint8Array): void {
    for (const document of decodeRun(bytes)) this.#append(document);
  }

  #indexed(document: RecallDocument): IndexedDocument {
    const { id, seq, role, at, covers } = document;
    const counts = countTerms(document.text);
    let length = 0;
    for (const count of counts.values()) length += count;
    return {
      id,
      seq,
      role,
      ...(at === undefined ? {} : { at }),
      ...(covers === undefined ? {} : { covers }),
      length,
      terms: [...counts.keys()],
      counts: Uint8Array.from(counts.values(), (count) => Math.min(count, 255)),
      meaning: this.#vectors?.meaning(document.text) ?? new Int8Array(0),
    };
  }

  #append({ terms, counts, ...document }: IndexedDocument): void {
    const order = terms
      .map((term, place) => ({ id: this.#number(term), count: counts[place] ?? 0 }))
      .sort((a, z) => a.id - z.id);
    this.#postings.add({
      ids: Uint32Array.from(order, ({ id }) => id),
      counts: Uint8Array.from(order, ({ count }) => count),
    });
    this.#documents.push(document);
    this.#totalLength += document.length;
  }

  #at(index: number) {
    const document = this.#documents[index];
    if (!document) throw new RangeError(`There is no document ${index} among ${this.size}.`);
    return document;
  }

  #foundIn(index: number, asked: readonly { number: number; word: string }[]): string[] {
    const [contents] = this.#postings.read(index, index + 1);
    return [...new Set(asked.filter(({ number }) => contents?.ids.includes(number)).map(({ word }) => word))];
  }

  /** Robertson's inverse document frequency: rare words say more. */
  #weight(number: number): number {
    const found = this.#postings.frequency(number);
    return Math.log(1 + (this.size - found + 0.5) / (found + 0.5));
  }

  #number(term: string): number {
    const known = this.#numbers.get(term);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(term, number);
    this.#terms.push(term);
    return number;
  }
}
