/**
 * How much each chunk and each file has to do with the words of a question, by BM25 with fields: the text, what it
 * defines, the file's path, and the file as a whole. Robertson and Zaragoza, "The Probabilistic Relevance Framework:
 * BM25 and Beyond", 2009.
 */
import type { Concept } from './question.ts';
import { countOf, isDefined, isInPath, type Segments } from './segments.ts';
import type { Vocabulary } from './vocabulary.ts';

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

/** The first occurrence of a term says most, each further one less; the value stays below `k1 + 1`. */
export const saturated = (frequency: number) => (frequency * (k1 + 1)) / (frequency + k1);

/** What is indexed, by the places of chunks and the numbers of files; a file number of 0 is a chunk that is gone. */
export interface Indexed {
  segments: Segments;
  vocabulary: Vocabulary;
  fileOf: Uint32Array;
  chunkLength: Uint16Array;
  fileLength: Uint32Array;
  chunks: number;
  files: number;
  /** Words of all chunks together. */
  length: number;
}

export interface Scores {
  chunks: Float32Array;
  files: Float32Array;
  /** The words of the question that the workspace has, each as it was looked for. */
  weights: WeighedConcept[];
}

/** A word of a question with what it and those that stand for it say in this workspace. */
export interface WeighedConcept {
  value: number;
  /** How much an occurrence of each term counts of one of the word itself. */
  shares: ReadonlyMap<string, number>;
}

export function score(concepts: readonly Concept[], indexed: Indexed): Scores {
  const size = indexed.segments.size;
  const scores: Scores = {
    chunks: new Float32Array(size),
    files: new Float32Array(indexed.fileLength.length),
    weights: [],
  };
  const counter = new ConceptCounter(indexed);
  for (const concept of concepts) counter.addTo(scores, concept);
  return scores;
}

/** Counts one concept after the other, in the same arrays. */
class ConceptCounter {
  readonly #indexed: Indexed;
  readonly #inChunk: Float32Array;
  readonly #inFile: Float32Array;
  #chunks: number[] = [];
  #files: number[] = [];
  readonly #averageChunk: number;
  readonly #averageFile: number;

  constructor(indexed: Indexed) {
    this.#indexed = indexed;
    this.#inChunk = new Float32Array(indexed.segments.size);
    this.#inFile = new Float32Array(indexed.fileLength.length);
    this.#averageChunk = Math.max(1, indexed.length / Math.max(1, indexed.chunks));
    this.#averageFile = Math.max(1, indexed.length / Math.max(1, indexed.files));
  }

  addTo(scores: Scores, { term, weight, uncommonness, others }: Concept): void {
    const own = this.#rarity(term);
    const guesses = others.map((other) => ({ ...other, rarity: this.#rarity(other.term) }));
    const rarity = own > 0 ? own : onlyGuessed * Math.max(0, ...guesses.map((guess) => guess.rarity));
    const value = weight * rarity;
    if (value === 0) return;
    const shares = new Map([[term, 1]]);
    // A word that is everywhere says no more when it stands for a rare one.
    for (const guess of guesses) shares.set(guess.term, guess.share * Math.min(1, guess.rarity / rarity));
    for (const [each, share] of shares) this.#count(each, share);
    scores.weights.push({ value: value * uncommonness, shares });
    this.#flush(scores, value);
  }

  #count(term: string, share: number): void {
    const { vocabulary, segments, fileOf, chunkLength } = this.#indexed;
    const id = vocabulary.find(term);
    if (id === undefined) return;
    segments.visit(id, (place, marked) => {
      const file = fileOf[place] ?? 0;
      if (file === 0) return;
      const count = countOf(marked);
      const norm = 1 - b + (b * (chunkLength[place] ?? 0)) / this.#averageChunk;
      const before = this.#inChunk[place] ?? 0;
      if (before === 0) this.#chunks.push(place);
      const special = (isDefined(marked) ? definedWeight : 0) + (isInPath(marked) ? pathWeight : 0);
      this.#inChunk[place] = before + share * (count / norm + special);
      if (count === 0) return;
      if ((this.#inFile[file] ?? 0) === 0) this.#files.push(file);
      this.#inFile[file] = (this.#inFile[file] ?? 0) + share * count;
    });
  }

  #flush(scores: Scores, value: number): void {
    for (const place of this.#chunks) {
      scores.chunks[place] = (scores.chunks[place] ?? 0) + value * saturated(this.#inChunk[place] ?? 0);
      this.#inChunk[place] = 0;
    }
    for (const file of this.#files) {
      const norm = 1 - b + (b * (this.#indexed.fileLength[file] ?? 0)) / this.#averageFile;
      const frequency = (this.#inFile[file] ?? 0) / norm;
      scores.files[file] = (scores.files[file] ?? 0) + wholeFileShare * value * saturated(frequency);
      this.#inFile[file] = 0;
    }
    this.#chunks = [];
    this.#files = [];
  }

  /** Robertson's inverse document frequency over chunks; zero of what is nowhere. */
  #rarity(term: string): number {
    const { vocabulary, segments, fileOf, chunks } = this.#indexed;
    const id = vocabulary.find(term);
    let holding = 0;
    if (id !== undefined)
      segments.visit(id, (place) => {
        if (fileOf[place] !== 0) holding++;
      });
    return holding === 0 ? 0 : Math.log(1 + (chunks - holding + 0.5) / (holding + 0.5));
  }
}
