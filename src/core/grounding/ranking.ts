/** The answer of an index to a question, ranked as often as there are views of what else matters. */
import type { Chunk } from './chunks.ts';
import type { FileKind } from './fileRules.ts';
import { Best } from './parts/best.ts';
import type { Columns } from './parts/columns.ts';
import type { Part } from './parts/part.ts';
import type { PartScores, Scores, WeighedConcept } from './scoring.ts';

export interface RankedChunk extends Chunk {
  key: string;
  /** Made when it is asked for: of most chunks it never is. */
  readonly uri: string;
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
export interface Boost {
  of(file: { key: string; path: string; kind: FileKind }, chunk: Chunk): number;
  /** No less than `of` gives for a file of that kind whose name has that head; asked before names are read. */
  most(kind: FileKind, head: number): number;
  /** No less than `most` ever gives. */
  readonly limit: number;
}

const noBoost: Boost = { of: () => 1, most: () => 1, limit: 1 };

/** Files of a part that have something of the question, in columns. */
interface Matching {
  part: Part;
  scores: PartScores;
  count: number;
  files: Uint32Array;
  /** The best chunk of each. */
  places: Uint32Array;
  /** What the file and its best chunk say. */
  sums: Float32Array;
}

/** A file that is in the running. */
interface Running {
  part: Part;
  scores: PartScores;
  file: number;
  path: string;
  score: number;
}

export class Scored {
  readonly weights: readonly WeighedConcept[];
  readonly #matching: readonly Matching[];

  constructor(parts: readonly Part[], scores: Scores, columns: Columns) {
    this.weights = scores.weights;
    this.#matching = parts.flatMap((part, number) => {
      const own = scores.parts[number];
      return own ? [matchingOf(part, own, columns)] : [];
    });
  }

  rank(limit: number, boost: Boost = noBoost): Ranking {
    // As many files as chunks are wanted: each of them may have the best one left.
    const best = new Best<Running>(limit, byFileScore);
    for (const matching of this.#matching) runIn(matching, boost, best);
    const chunks = best.sorted().flatMap((file) => chunksOf(file, boost));
    return { chunks: chunks.sort(byScore).slice(0, limit), weights: this.weights };
  }
}

function matchingOf(part: Part, scores: PartScores, columns: Columns): Matching {
  const { first, count, size } = part.files;
  const files = columns.nextNumbers(size);
  const places = columns.nextNumbers(size);
  const sums = columns.next(size);
  let found = 0;
  for (let file = 0; file < size; file++) {
    let at = first[file] ?? 0;
    const end = at + (count[file] ?? 0);
    let top = 0;
    for (let place = at; place < end; place++) {
      const value = scores.chunks[place] ?? 0;
      if (value > top) {
        top = value;
        at = place;
      }
    }
    const sum = top + (scores.files[file] ?? 0);
    if (sum <= 0) continue;
    files[found] = file;
    places[found] = at;
    sums[found++] = sum;
  }
  return { part, scores, count: found, files, places, sums };
}

function runIn(
  { part, scores, count, files: found, places, sums }: Matching,
  boost: Boost,
  best: Best<Running>,
): void {
  const { files, names, chunks } = part;
  for (let at = 0; at < count; at++) {
    const file = found[at] ?? 0;
    const sum = sums[at] ?? 0;
    const worst = best.worst;
    if (worst && sum * boost.limit < worst.score) continue;
    const kind = files.kindOf(file);
    if (worst && sum * boost.most(kind, files.head[file] ?? 0) < worst.score) continue;
    const path = names.path(file);
    const score = sum * boost.of({ key: names.key(file), path, kind }, chunks.at(places[at] ?? 0));
    best.add({ part, scores, file, path, score });
  }
}

/** Chunks of a file that have words of the question; of one known by its past alone, the beginning. */
function chunksOf({ part, scores, file, path }: Running, boost: Boost): RankedChunk[] {
  const { files, names, chunks } = part;
  const whole = scores.files[file] ?? 0;
  const first = files.first[file] ?? 0;
  const places = Array.from({ length: files.count[file] ?? 0 }, (_, at) => first + at);
  const holding = places.filter((place) => (scores.chunks[place] ?? 0) > 0);
  const key = names.key(file);
  const kind = files.kindOf(file);
  return (holding.length > 0 ? holding : places.slice(0, 1)).map((place) => {
    const chunk = chunks.at(place);
    return {
      key,
      get uri() {
        return names.uri(file);
      },
      path,
      ...chunk,
      score: whole + (scores.chunks[place] ?? 0),
      boost: boost.of({ key, path, kind }, chunk),
    };
  });
}

/** Code units, not a locale: the order must not depend on the machine. */
function byFileScore(a: Running, z: Running): number {
  if (a.score !== z.score) return z.score - a.score;
  return a.path < z.path ? -1 : 1;
}

function byScore(a: RankedChunk, z: RankedChunk): number {
  const difference = z.score * z.boost - a.score * a.boost;
  if (difference !== 0) return difference;
  if (a.path !== z.path) return a.path < z.path ? -1 : 1;
  return a.startLine - z.startLine;
}
