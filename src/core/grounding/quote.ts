/** The runs of lines of a chunk that can be quoted, and how well each matches by itself. Pure. */
import type { Chunk } from './chunks.ts';
import { lineWeight } from './lineKinds.ts';
import type { Lines } from './lines.ts';
import { saturated } from './scoring.ts';
import { terms } from './terms.ts';

/** Three quotes of about this many lines are read at a glance. */
const wantedLines = 12;
/** A paragraph is not cut for the sake of a few lines: a declaration without its end is harder to read. */
export const mostQuotedLines = 16;

export interface Quote extends Chunk {
  /** Sum of the weights of the terms in these lines, each less the oftener it repeats. */
  score: number;
  /** Share of the question's weight that is in these lines, from 0 to 1. */
  coverage: number;
}

/** Quotes of about twelve and at most `mostQuotedLines` lines, of whole paragraphs where they fit; they may overlap. */
export function quotesOf(
  path: string,
  lines: Lines,
  chunk: Chunk,
  weights: ReadonlyMap<string, number>,
): Quote[] {
  const matches = new Map<number, Map<string, number>>();
  for (let number = chunk.startLine; number <= chunk.endLine; number++) {
    matches.set(number, matchesOf(path, lines.line(number), weights));
  }
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return [...windows(lines, chunk)].map((range) => {
    const counts = new Map<string, number>();
    for (let number = range.startLine; number <= range.endLine; number++) {
      for (const [term, count] of matches.get(number) ?? [])
        counts.set(term, (counts.get(term) ?? 0) + count);
    }
    let score = 0;
    let covered = 0;
    for (const [term, count] of counts) {
      const weight = weights.get(term) ?? 0;
      score += weight * saturated(count);
      covered += weight;
    }
    return { ...range, score, coverage: total === 0 ? 0 : covered / total };
  });
}

function matchesOf(path: string, line: string, weights: ReadonlyMap<string, number>): Map<string, number> {
  const found = new Map<string, number>();
  const weight = lineWeight(path, line);
  if (weight === 0) return found;
  for (const term of terms(line)) {
    if (weights.has(term)) found.set(term, (found.get(term) ?? 0) + weight);
  }
  return found;
}

/** They begin at paragraphs, or at any line of a paragraph that is too long, and end with the last one that fits. */
function* windows(lines: Lines, chunk: Chunk): Generator<Chunk> {
  const paragraphs = paragraphsOf(lines, chunk);
  for (const [index, paragraph] of paragraphs.entries()) {
    if (paragraph.endLine - paragraph.startLine >= mostQuotedLines) {
      for (let start = paragraph.startLine; start + wantedLines - 1 <= paragraph.endLine; start++) {
        yield { startLine: start, endLine: start + wantedLines - 1 };
      }
      continue;
    }
    const last = paragraph.startLine + wantedLines - 1;
    const fitting = paragraphs.slice(index).filter((other) => other.endLine <= last);
    yield { startLine: paragraph.startLine, endLine: fitting.at(-1)?.endLine ?? paragraph.endLine };
  }
}

/** Runs of lines that are not blank. */
function paragraphsOf(lines: Lines, chunk: Chunk): Chunk[] {
  const paragraphs: Chunk[] = [];
  let startLine: number | undefined;
  for (let number = chunk.startLine; number <= chunk.endLine + 1; number++) {
    const blank = number > chunk.endLine || lines.line(number).trim() === '';
    if (!blank) startLine ??= number;
    else if (startLine !== undefined) {
      paragraphs.push({ startLine, endLine: number - 1 });
      startLine = undefined;
    }
  }
  return paragraphs;
}
