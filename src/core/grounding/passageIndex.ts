/** An index of the chunks of files, in memory, ranked by what a question asks for. */
import type { Chunk } from './chunks.ts';
import { type FileKind, fileKind } from './fileRules.ts';
import { chunkTerms } from './fileTerms.ts';
import type { Concept } from './question.ts';
import { type Scores, score, type WeighedConcept } from './scoring.ts';
import { Segments } from './segments.ts';
import { Vocabulary } from './vocabulary.ts';

export interface SourceFile {
  uri: string;
  /** Relative to the workspace folder, with forward slashes. */
  path: string;
  text: string;
}

interface IndexedFile {
  key: string;
  uri: string;
  path: string;
  kind: FileKind;
  /** The place of its first chunk; the others follow. */
  first: number;
  count: number;
  /** Its number in what is known of the past; undefined when no commit touched it. */
  past: number | undefined;
}

export interface RankedChunk extends Chunk {
  key: string;
  uri: string;
  path: string;
  /** Without the boost. */
  score: number;
  boost: number;
}

export interface Ranking {
  /** Best first; those that have nothing of the question are left out. Equals stand in order of path and line. */
  chunks: RankedChunk[];
  /** The words of the question that were found. */
  weights: readonly WeighedConcept[];
}

/** A factor for a chunk, from what is known beside the words: what is open, what kind of file was asked for. */
export type Boost = (file: { key: string; path: string; kind: FileKind }, chunk: Chunk) => number;

/** What is known of files from elsewhere, such as what was written about changes to them. */
export interface FileScores {
  /** The number of a file in what `score` returns, by its path. */
  file(path: string): number | undefined;
  score(asked: readonly { term: string; weight: number }[]): Float64Array;
}

/** Files are numbered from 1; 0 is what a chunk belongs to whose file is gone. */
const gone = 0;
/** Places of chunks that are gone are taken back when they are more than those in use, and enough to be worth it. */
const leastTakenBack = 4096;

export class PassageIndex {
  readonly vocabulary = new Vocabulary();
  #segments = new Segments();
  readonly #byKey = new Map<string, number>();
  readonly #files: (IndexedFile | undefined)[] = [undefined];
  readonly #free: number[] = [];
  #fileOf = new Uint32Array(1024);
  #startLine = new Uint32Array(1024);
  #endLine = new Uint32Array(1024);
  #chunkLength = new Uint16Array(1024);
  #fileLength = new Uint32Array(256);
  #chunks = 0;
  #length = 0;
  #past: FileScores | undefined;

  get files(): number {
    return this.#byKey.size;
  }

  keys(): IterableIterator<string> {
    return this.#byKey.keys();
  }

  /** Adds a file or replaces it. */
  set(key: string, file: SourceFile): void {
    this.delete(key);
    const number = this.#free.pop() ?? this.#files.length;
    if (number >= this.#fileLength.length)
      this.#fileLength = grown(this.#fileLength, new Uint32Array(number * 2));
    const first = this.#segments.size;
    const chunks = chunkTerms(file.path, file.text, this.vocabulary);
    let length = 0;
    for (const chunk of chunks) {
      const place = this.#segments.add(chunk.held);
      if (place >= this.#fileOf.length) this.#growChunks(place);
      this.#fileOf[place] = number;
      this.#startLine[place] = chunk.startLine;
      this.#endLine[place] = chunk.endLine;
      this.#chunkLength[place] = Math.min(chunk.length, 0xffff);
      length += chunk.length;
    }
    this.#byKey.set(key, number);
    this.#files[number] = {
      key,
      uri: file.uri,
      path: file.path,
      kind: fileKind(file.path),
      first,
      count: chunks.length,
      past: this.#past?.file(file.path),
    };
    this.#fileLength[number] = length;
    this.#length += length;
    this.#chunks += chunks.length;
  }

  delete(key: string): void {
    const number = this.#byKey.get(key);
    const file = number === undefined ? undefined : this.#files[number];
    if (number === undefined || !file) return;
    this.#fileOf.fill(gone, file.first, file.first + file.count);
    this.#chunks -= file.count;
    this.#length -= this.#fileLength[number] ?? 0;
    this.#fileLength[number] = 0;
    this.#files[number] = undefined;
    this.#byKey.delete(key);
    this.#free.push(number);
    if (this.#segments.size - this.#chunks > Math.max(this.#chunks, leastTakenBack)) this.#takeBack();
  }

  /** What is known of the files beside their text, from now on. */
  usePast(past: FileScores): void {
    this.#past = past;
    for (const file of this.#files) if (file) file.past = past.file(file.path);
  }

  /** Moves the chunks in use together, so that a file that changes all day takes no more room than once. */
  #takeBack(): void {
    const before = this.#segments.size;
    this.#segments = this.#segments.kept((place) => this.#fileOf[place] !== gone);
    let to = 0;
    for (let from = 0; from < before; from++) {
      const number = this.#fileOf[from] ?? gone;
      const file = this.#files[number];
      if (number === gone || !file) continue;
      if (file.first === from) file.first = to;
      this.#fileOf[to] = number;
      this.#startLine[to] = this.#startLine[from] ?? 0;
      this.#endLine[to] = this.#endLine[from] ?? 0;
      this.#chunkLength[to] = this.#chunkLength[from] ?? 0;
      to++;
    }
    this.#fileOf.fill(gone, to, before);
  }

  rank(concepts: readonly Concept[], limit: number, boost: Boost = () => 1): Ranking {
    const scores = score(concepts, {
      segments: this.#segments,
      vocabulary: this.vocabulary,
      fileOf: this.#fileOf,
      chunkLength: this.#chunkLength,
      fileLength: this.#fileLength,
      chunks: this.#chunks,
      files: this.#byKey.size,
      length: this.#length,
    });
    this.#addPast(concepts, scores);
    const best = this.#bestFiles(scores, limit, boost);
    const chunks = best.flatMap((file) => this.#chunksOf(file, scores, boost));
    return { chunks: chunks.sort(byScore).slice(0, limit), weights: scores.weights };
  }

  #addPast(concepts: readonly Concept[], scores: Scores): void {
    if (!this.#past) return;
    const known = this.#past.score(concepts);
    for (const [number, file] of this.#files.entries()) {
      if (file?.past !== undefined)
        scores.files[number] = (scores.files[number] ?? 0) + (known[file.past] ?? 0);
    }
  }

  /** As many files as chunks are wanted: each of them may have the best one left. */
  #bestFiles(scores: Scores, limit: number, boost: Boost): IndexedFile[] {
    const ranked: { file: IndexedFile; score: number }[] = [];
    for (const [number, file] of this.#files.entries()) {
      if (!file) continue;
      let top = 0;
      let at = file.first;
      for (let place = file.first; place < file.first + file.count; place++) {
        const value = scores.chunks[place] ?? 0;
        if (value > top) {
          top = value;
          at = place;
        }
      }
      const sum = top + (scores.files[number] ?? 0);
      if (sum > 0) ranked.push({ file, score: sum * boost(file, this.#chunk(at)) });
    }
    ranked.sort((a, z) => z.score - a.score || (a.file.path < z.file.path ? -1 : 1));
    return ranked.slice(0, limit).map(({ file }) => file);
  }

  /** Chunks of a file that have words of the question; of one known by its past alone, the beginning. */
  #chunksOf(file: IndexedFile, scores: Scores, boost: Boost): RankedChunk[] {
    const whole = scores.files[this.#byKey.get(file.key) ?? gone] ?? 0;
    const places = Array.from({ length: file.count }, (_, at) => file.first + at);
    const holding = places.filter((place) => (scores.chunks[place] ?? 0) > 0);
    return (holding.length > 0 ? holding : places.slice(0, 1)).map((place) => {
      const chunk = this.#chunk(place);
      const { key, uri, path } = file;
      return {
        key,
        uri,
        path,
        ...chunk,
        score: whole + (scores.chunks[place] ?? 0),
        boost: boost(file, chunk),
      };
    });
  }

  #chunk(place: number): Chunk {
    return { startLine: this.#startLine[place] ?? 1, endLine: this.#endLine[place] ?? 1 };
  }

  #growChunks(place: number): void {
    const size = Math.max(place + 1, this.#fileOf.length * 2);
    this.#fileOf = grown(this.#fileOf, new Uint32Array(size));
    this.#startLine = grown(this.#startLine, new Uint32Array(size));
    this.#endLine = grown(this.#endLine, new Uint32Array(size));
    this.#chunkLength = grown(this.#chunkLength, new Uint16Array(size));
  }
}

function grown<T extends Uint16Array | Uint32Array>(before: T, larger: T): T {
  larger.set(before);
  return larger;
}

/** Code units, not a locale: the order must not depend on the machine. */
function byScore(a: RankedChunk, z: RankedChunk): number {
  const difference = z.score * z.boost - a.score * a.boost;
  if (difference !== 0) return difference;
  if (a.path !== z.path) return a.path < z.path ? -1 : 1;
  return a.startLine - z.startLine;
}
