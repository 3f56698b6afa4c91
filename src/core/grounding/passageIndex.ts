/**
 * An index of chunks in memory, ranked by BM25 with the file's path as a second field.
 * Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.
 */
import { type Chunk, chunksOf } from './chunks.ts';
import { type FileKind, fileKind } from './fileRules.ts';
import { Lines } from './lines.ts';
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
  score: number;
}

/** A factor for a chunk, from what is known beside the words: what is open, what kind of file was asked for. */
export type Boost = (file: { key: string; path: string; kind: FileKind }, chunk: Chunk) => number;

/** The usual constants of BM25: repetition counts less and less, long chunks are held to their length. */
const k1 = 1.2;
const b = 0.75;
/** A path is a handful of words chosen to say what the file is about, so one of them counts as two in the text. */
const pathWeight = 2;

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

  /** Weight of each term: rare ones say more (Robertson's inverse document frequency). Terms that are nowhere are left out. */
  weights(question: readonly string[]): Map<string, number> {
    const wanted = this.#wanted(question);
    const found = new Map<number, number>();
    let total = 0;
    for (const file of this.#files.values()) {
      for (const chunk of file.chunks) {
        total += 1;
        for (const id of wanted.keys()) {
          if (countOf(chunk, id) > 0 || file.pathIds.has(id)) found.set(id, (found.get(id) ?? 0) + 1);
        }
      }
    }
    return new Map(
      [...found].map(([id, count]) => [wanted.get(id) ?? '', Math.log(1 + (total - count + 0.5) / (count + 0.5))]),
    );
  }

  /** The best chunks, best first; those without any of the terms are left out. Equals stand in order of path and line. */
  rank(weights: ReadonlyMap<string, number>, limit: number, boost: Boost = () => 1): RankedChunk[] {
    const wanted = [...this.#wanted([...weights.keys()])].map(([id, term]) => ({ id, weight: weights.get(term) ?? 0 }));
    const average = this.#averageLength();
    const ranked: RankedChunk[] = [];
    for (const [key, file] of this.#files) {
      for (const chunk of file.chunks) {
        let score = 0;
        const norm = 1 - b + (b * chunk.length) / average;
        for (const { id, weight } of wanted) {
          const frequency = countOf(chunk, id) / norm + (file.pathIds.has(id) ? pathWeight : 0);
          score += (weight * frequency * (k1 + 1)) / (frequency + k1);
        }
        if (score === 0) continue;
        const { startLine, endLine } = chunk;
        score *= boost({ key, path: file.path, kind: file.kind }, chunk);
        ranked.push({ key, uri: file.uri, path: file.path, startLine, endLine, score });
      }
    }
    return ranked.sort(byScore).slice(0, limit);
  }

  #indexed(path: string, lines: Lines, chunk: Chunk): IndexedChunk {
    const counts = new Map<number, number>();
    const own = terms(lines.slice(chunk.startLine, chunk.endLine));
    for (const term of [...own, ...terms(scopeOf(path, lines, chunk).join('\n'))]) {
      const id = this.#number(term);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const ids = Uint32Array.from(counts.keys()).sort();
    return {
      ...chunk,
      ids,
      counts: Uint16Array.from(ids, (id) => Math.min(counts.get(id) ?? 0, 65_535)),
      length: own.length,
    };
  }

  #averageLength(): number {
    let sum = 0;
    let count = 0;
    for (const file of this.#files.values()) {
      for (const chunk of file.chunks) {
        sum += chunk.length;
        count += 1;
      }
    }
    return Math.max(1, sum / Math.max(1, count));
  }

  #wanted(question: readonly string[]): Map<number, string> {
    const wanted = new Map<number, string>();
    for (const term of question) {
      const id = this.#numbers.get(term);
      if (id !== undefined) wanted.set(id, term);
    }
    return wanted;
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
  if (a.score !== z.score) return z.score - a.score;
  if (a.path !== z.path) return a.path < z.path ? -1 : 1;
  return a.startLine - z.startLine;
}
