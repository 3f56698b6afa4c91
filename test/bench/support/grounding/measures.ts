/** How well ranked files and lines agree with those that answer, with intervals. */
import type { Query } from './queries.ts';
import type { LineRange } from './repository.ts';

export interface Answer {
  /** Paths, best first, each once. */
  files: string[];
  /** Runs of lines, best first; undefined for systems that only know files. */
  chunks: LineRange[] | undefined;
}

const depths = [1, 5, 10];
/** As many runs of lines fit beside a question when each has about sixty lines. */
const chunkDepth = 10;

/** The figures of one question, each from 0 to 1. */
export function measured(query: Query, answer: Answer): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const depth of depths) {
    const top = new Set(answer.files.slice(0, depth));
    figures[`recall_at_${depth}`] = query.files.filter((file) => top.has(file)).length / query.files.length;
  }
  const place = answer.files.findIndex((file) => query.files.includes(file));
  figures.mrr = place < 0 ? 0 : 1 / (place + 1);
  if (answer.chunks && query.lines.length > 0) {
    figures.lines_in_10 = covered(query.lines, answer.chunks.slice(0, chunkDepth));
  }
  return figures;
}

/** The share of the wanted lines that lie in the chunks. */
function covered(wanted: readonly LineRange[], chunks: readonly LineRange[]): number {
  const lines = new Set(wanted.flatMap((range) => [...numbered(range)]));
  const found = new Set(chunks.flatMap((range) => [...numbered(range)]).filter((line) => lines.has(line)));
  return found.size / lines.size;
}

function* numbered({ path, start, end }: LineRange): Generator<string> {
  for (let line = start; line <= end; line++) yield `${path}:${line}`;
}

const resamples = 2000;

/**
 * The mean of each figure, and the interval in which it would lie for other questions of the same kind with 95%
 * probability, by resampling (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993). Without chance: the
 * same figures have the same interval.
 */
export function summary(runs: readonly Readonly<Record<string, number>>[]): {
  means: Record<string, number>;
  intervals: Record<string, string>;
} {
  const means: Record<string, number> = {};
  const intervals: Record<string, string> = {};
  for (const name of new Set(runs.flatMap((run) => Object.keys(run)))) {
    const values = runs.flatMap((run) => run[name] ?? []);
    means[name] = mean(values);
    const next = numbersFrom(values.length);
    const sampled = Array.from({ length: resamples }, () =>
      mean(values.map(() => values[Math.floor(next() * values.length)] ?? 0)),
    ).sort((a, z) => a - z);
    const low = sampled[Math.floor(resamples * 0.025)] ?? 0;
    const high = sampled[Math.floor(resamples * 0.975)] ?? 0;
    intervals[name] = `${low.toFixed(2)}–${high.toFixed(2)}`;
  }
  return { means, intervals };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Mulberry32: numbers from 0 to 1 that are the same each time. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
