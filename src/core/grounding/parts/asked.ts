/** The terms of one question as they stand in all parts: each is read once, however often it is asked for. */
import type { Part } from './part.ts';
import type { Postings } from './postings.ts';

export interface TermPlaces {
  /** Where its list begins in the postings, and where it ends for each part. */
  start: number;
  ends: Uint32Array;
  /** Chunks that hold it. */
  holding: number;
}

export class Asked {
  readonly postings: Postings;
  readonly #parts: readonly Part[];
  readonly #known = new Map<string, TermPlaces>();

  /** `postings` is filled anew. */
  constructor(parts: readonly Part[], postings: Postings) {
    this.#parts = parts;
    this.postings = postings;
    postings.size = 0;
  }

  of(term: string): TermPlaces {
    const known = this.#known.get(term);
    if (known) return known;
    const start = this.postings.size;
    const ends = new Uint32Array(this.#parts.length);
    for (const [number, part] of this.#parts.entries()) {
      part.read(term, this.postings);
      ends[number] = this.postings.size;
    }
    const places = { start, ends, holding: this.postings.size - start };
    this.#known.set(term, places);
    return places;
  }

  /** Whether a chunk that is there holds the term. */
  isThere(term: string): boolean {
    return this.of(term).holding > 0;
  }

  /** Whether a part knows the term, perhaps of files that are gone. */
  has(term: string): boolean {
    return this.#parts.some((part) => part.has(term));
  }

  /** Words that begin so, those that most chunks hold first. */
  beginning(prefix: string): string[] {
    const found = new Map<string, number>();
    for (const part of this.#parts)
      part.beginning(prefix, (term, holding) => found.set(term, (found.get(term) ?? 0) + holding));
    return [...found].sort(([a, m], [z, n]) => n - m || (a < z ? -1 : 1)).map(([term]) => term);
  }
}
