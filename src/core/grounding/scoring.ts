/**
 * How much each chunk and each file has to do with the words of a question, by BM25 with fields: the text, what it
 * defines, the file's path, and the file as a whole. Robertson and Zaragoza, "The Probabilistic Relevance Framework:
 * BM25 and Beyond", 2009.
 */
import type { Asked, TermPlaces } from './parts/asked.ts';
import type { Columns } from './parts/columns.ts';
import type { Part } from './parts/part.ts';
import { countOf, isDefined, isInPath, type Postings } from './parts/postings.ts';
import type { Concept } from './question.ts';

/** The usual constants of BM25: repetition counts less and less, long chunks are held to their length. */
const k1 = 1.2;
const b = 0.75;
/** A path is a handful of words chosen to say what the file is about, so one of them counts as two in the text. */
const pathWeight = 2;
/** What defines a thing answers where it is; what uses it only mentions it, however often. */
const definedWeight = 3;
/**
 * A file whose other chunks speak of the matter is likelier to be about it. At half, all of them together say at most
 * half of what one chunk can, so that much loose talk does not pass a place that answers.
 */
const wholeFileShare = 0.5;
/** A word that is nowhere in the workspace is judged by the words that stand for it, which may be the wrong ones. */
const onlyGuessed = 0.7;

/**
 * A word that another stands for counts a fifth of it at most; one that is also a sixth as rare changes no order, and
 * is what most chunks hold.
 */
const leastShare = 0.03;

/** The first occurrence of a term says most, each further one less; the value stays below `k1 + 1`. */
export const saturated = (frequency: number) => (frequency * (k1 + 1)) / (frequency + k1);

/** What is there of all parts. */
export interface Totals {
  chunks: number;
  files: number;
  /** Words of all chunks together. */
  length: number;
}

/** Of one part, by place and by number of file. */
export interface PartScores {
  chunks: Float32Array;
  files: Float32Array;
}

export interface Scores {
  parts: PartScores[];
  /** The words of the question that the workspace has, each as it was looked for. */
  weights: WeighedConcept[];
}

/** A word of a question with what it and those that stand for it say in this workspace. */
export interface WeighedConcept {
  value: number;
  /** How much an occurrence of each term counts of one of the word itself. */
  shares: ReadonlyMap<string, number>;
}

interface Weighed {
  value: number;
  terms: { places: TermPlaces; share: number }[];
}

/** The scores are valid until the columns are used again. */
export function score(
  concepts: readonly Concept[],
  parts: readonly Part[],
  asked: Asked,
  totals: Totals,
  columns: Columns,
): Scores {
  columns.begin();
  const weights: WeighedConcept[] = [];
  const weighed: Weighed[] = [];
  for (const { term, weight, uncommonness, others } of concepts) {
    const rarityOf = (each: string) => rarity(asked.of(each).holding, totals.chunks);
    const own = rarityOf(term);
    const guesses = others.map((other) => ({ ...other, rarity: rarityOf(other.term) }));
    const most = own > 0 ? own : onlyGuessed * Math.max(0, ...guesses.map((guess) => guess.rarity));
    const value = weight * most;
    if (value === 0) continue;
    const shares = new Map([[term, 1]]);
    // A word that is everywhere says no more when it stands for a rare one.
    for (const guess of guesses) {
      const share = guess.share * Math.min(1, guess.rarity / most);
      if (share >= leastShare) shares.set(guess.term, share);
    }
    weights.push({ value: value * uncommonness, shares });
    weighed.push({
      value,
      terms: [...shares].map(([each, share]) => ({ places: asked.of(each), share })),
    });
  }
  const scores = parts.map((part, number) =>
    new PartScorer(part, number, asked.postings, totals, columns).of(weighed),
  );
  return { parts: scores, weights };
}

/** Robertson's inverse document frequency over chunks; zero of what is nowhere. */
const rarity = (holding: number, chunks: number): number =>
  holding === 0 ? 0 : Math.log(1 + (chunks - holding + 0.5) / (holding + 0.5));

/** Counts one concept after the other, in the same arrays. */
class PartScorer {
  readonly #part: Part;
  readonly #number: number;
  readonly #postings: Postings;
  readonly #scores: PartScores;
  readonly #inChunk: Float32Array;
  readonly #inFile: Float32Array;
  /** Chunks and files that the concept at hand was found in. */
  readonly #chunks: Uint32Array;
  readonly #files: Uint32Array;
  #chunkCount = 0;
  #fileCount = 0;
  /** How much a word of a chunk, or of a file, adds to what its counts are divided by. */
  readonly #perChunkWord: number;
  readonly #perFileWord: number;

  constructor(
    part: Part,
    number: number,
    postings: Postings,
    { length, chunks, files }: Totals,
    columns: Columns,
  ) {
    this.#part = part;
    this.#number = number;
    this.#postings = postings;
    const places = part.chunks.size;
    const numbers = part.files.size;
    this.#scores = { chunks: columns.next(places), files: columns.next(numbers) };
    this.#inChunk = columns.next(places);
    this.#inFile = columns.next(numbers);
    this.#chunks = columns.nextNumbers(places);
    this.#files = columns.nextNumbers(numbers);
    this.#perChunkWord = b / Math.max(1, length / Math.max(1, chunks));
    this.#perFileWord = b / Math.max(1, length / Math.max(1, files));
  }

  of(weighed: readonly Weighed[]): PartScores {
    for (const { value, terms } of weighed) {
      for (const { places, share } of terms)
        this.#count(places.ends[this.#number - 1] ?? places.start, places.ends[this.#number] ?? 0, share);
      this.#flush(value);
    }
    return this.#scores;
  }

  #count(from: number, to: number, share: number): void {
    const { places, marks } = this.#postings;
    const { fileOf, length } = this.#part.chunks;
    for (let at = from; at < to; at++) {
      const place = places[at] ?? 0;
      const marked = marks[at] ?? 0;
      const count = countOf(marked);
      const norm = 1 - b + (length[place] ?? 0) * this.#perChunkWord;
      const before = this.#inChunk[place] ?? 0;
      if (before === 0) this.#chunks[this.#chunkCount++] = place;
      const special = (isDefined(marked) ? definedWeight : 0) + (isInPath(marked) ? pathWeight : 0);
      this.#inChunk[place] = before + share * (count / norm + special);
      if (count === 0) continue;
      const file = fileOf[place] ?? 0;
      const sum = this.#inFile[file] ?? 0;
      if (sum === 0) this.#files[this.#fileCount++] = file;
      this.#inFile[file] = sum + share * count;
    }
  }

  #flush(value: number): void {
    const { chunks, files } = this.#scores;
    const { length } = this.#part.files;
    const most = wholeFileShare * value * (k1 + 1);
    for (let at = 0; at < this.#chunkCount; at++) {
      const place = this.#chunks[at] ?? 0;
      chunks[place] = (chunks[place] ?? 0) + value * saturated(this.#inChunk[place] ?? 0);
      this.#inChunk[place] = 0;
    }
    for (let at = 0; at < this.#fileCount; at++) {
      const file = this.#files[at] ?? 0;
      const norm = 1 - b + (length[file] ?? 0) * this.#perFileWord;
      const count = this.#inFile[file] ?? 0;
      // Saturated like the frequency, which is the count by the norm, in one division: there are a million in a question.
      files[file] = (files[file] ?? 0) + (most * count) / (count + k1 * norm);
      this.#inFile[file] = 0;
    }
    this.#chunkCount = 0;
    this.#fileCount = 0;
  }
}
