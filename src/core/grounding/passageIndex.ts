/**
 * An index of chunks in memory, ranked by BM25 with the file's path as a second field.
 * Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
 */
import { type Chunk, chunksOf } from './chunks.ts';
import { type FileKind, fileKind } from './fileRules.ts';
import { lineWeight } from './lineKinds.ts';
import { Lines } from './lines.ts';
import type { Vocabulary } from './question.ts';
import { scopeOf } from './scope.ts';
import { terms } from './terms.ts';

export interface SourceFile {
  uri: string;
  /** Relative to the workspace folder, with forward slashes. */
  path: string;
  text: string;
}

interface IndexedChunk extends Chunk {
  /** Numbers of the chunk's different terms, ascending, and how often each occurs. */
  ids: Uint32Array;
  counts: Uint16Array;
  length: number;
}

interface IndexedFile {
  uri: string;
  path: string;
  kind: FileKind;
  pathIds: ReadonlySet<number>;
  chunks: IndexedChunk[];
}

export interface RankedChunk extends Chunk {
  key: string;
  uri: string;
  path: string;
  /** Without the boost. */
  score: number;
  boost: number;
}

/** A factor for a chunk, from what is known beside the words: what is open, what kind of file was asked for. */
export type Boost = (file: { key: string; path: string; kind: FileKind }, chunk: Chunk) => number;

/** The usual constants of BM25: repetition counts less and less, long chunks are held to their length. */
const k1 = 1.2;
const b = 0.75;
/** A path is a handful of words chosen to say what the file is about, so one of them counts as two in the text. */
const pathWeight = 2;

/** The first occurrence of a term says most, each further one less; the value stays below `k1 + 1`. */
export const saturated = (frequency: number) => (frequency * (k1 + 1)) / (frequency + k1);

export class PassageIndex {
  readonly #numbers = new Map<string, number>();
  readonly #files = new Map<string, IndexedFile>();

  get files(): number {
    return this.#files.size;
  }

  keys(): IterableIterator<string> {
    return this.#files.keys();
  }

  /** Adds a file or replaces it. */
  set(key: string, file: SourceFile): void {
    const lines = new Lines(file.text);
    const chunks = chunksOf(file.path, lines).map((chunk) => this.#indexed(file.path, lines, chunk));
    const pathIds = new Set(terms(file.path).map((term) => this.#number(term)));
    this.#files.set(key, { uri: file.uri, path: file.path, kind: fileKind(file.path), pathIds, chunks });
  }

  delete(key: string): void {
    this.#files.delete(key);
  }

  /** The words of the workspace, weighed by Robertson's inverse document frequency over chunks. */
  vocabulary(): Vocabulary {
    const known = new Map<string, number>();
    return {
      all: () => this.#numbers.keys(),
      weight: (term) => {
        const weight = known.get(term) ?? this.#weight(term);
        known.set(term, weight);
        return weight;
      },
    };
  }

  /** The best chunks, best first; those without any of the terms are left out. Equals stand in order of path and line. */
  rank(weights: ReadonlyMap<string, number>, limit: number, boost: Boost = () => 1): RankedChunk[] {
    const wanted = [...weights].flatMap(([term, weight]) => {
      const id = this.#numbers.get(term);
      return id === undefined ? [] : [{ id, weight }];
    });
    const average = this.#averageLength();
    const ranked: RankedChunk[] = [];
    for (const [key, file] of this.#files) {
      const pathCounts = wanted.map(({ id }) => (file.pathIds.has(id) ? pathWeight : 0));
      for (const chunk of file.chunks) {
        const norm = 1 - b + (b * chunk.length) / average;
        let score = 0;
        for (const [index, { id, weight }] of wanted.entries()) {
          score += weight * saturated(countOf(chunk, id) / norm + (pathCounts[index] ?? 0));
        }
        if (score === 0) continue;
        const { startLine, endLine } = chunk;
        const factor = boost({ key, path: file.path, kind: file.kind }, chunk);
        ranked.push({ key, uri: file.uri, path: file.path, startLine, endLine, score, boost: factor });
      }
    }
    return ranked.sort(byScore).slice(0, limit);
  }

  #weight(term: string): number {
    const id = this.#numbers.get(term);
    if (id === undefined) return 0;
    let found = 0;
    let total = 0;
    for (const file of this.#files.values()) {
      total += file.chunks.length;
      if (file.pathIds.has(id)) found += file.chunks.length;
      else for (const chunk of file.chunks) if (countOf(chunk, id) > 0) found += 1;
    }
    return found === 0 ? 0 : Math.log(1 + (total - found + 0.5) / (found + 0.5));
  }

  #indexed(path: string, lines: Lines, chunk: Chunk): IndexedChunk {
    const counts = new Map<number, number>();
    let length = 0;
    const count = (line: string, weight: number) => {
      if (weight === 0) return;
      for (const term of terms(line)) {
        const id = this.#number(term);
        counts.set(id, (counts.get(id) ?? 0) + weight);
        length += weight;
      }
    };
    for (let number = chunk.startLine; number <= chunk.endLine; number++) {
      const line = lines.line(number);
      count(line, lineWeight(path, line));
    }
    for (const line of scopeOf(path, lines, chunk)) count(line, 1);
    const ids = Uint32Array.from(counts.keys()).sort();
    return {
      ...chunk,
      ids,
      counts: Uint16Array.from(ids, (id) => Math.min(counts.get(id) ?? 0, 65_535)),
      length,
    };
  }

  #averageLength(): number {
    let sum = 0;
    let count = 0;
    for (const file of this.#files.values()) {
      for (const chunk of file.chunks) sum += chunk.length;
      count += file.chunks.length;
    }
    return Math.max(1, sum / Math.max(1, count));
  }

  #number(term: string): number {
    const known = this.#numbers.get(term);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(term, number);
    return number;
  }
}

function countOf(chunk: IndexedChunk, id: number): number {
  let low = 0;
  let high = chunk.ids.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = chunk.ids[middle] ?? 0;
    if (value === id) return chunk.counts[middle] ?? 0;
    if (value < id) low = middle + 1;
    else high = middle - 1;
  }
  return 0;
}

/** Code units, not a locale: the order must not depend on the machine. */
function byScore(a: RankedChunk, z: RankedChunk): number {
  const difference = z.score * z.boost - a.score * a.boost;
  if (difference !== 0) return difference;
  if (a.path !== z.path) return a.path < z.path ? -1 : 1;
  return a.startLine - z.startLine;
}
