/** The runs of lines of a chunk that can be quoted, and how well each matches by itself. Pure. */
import type { Chunk } from './chunks.ts';
import { lineWeight } from './lineKinds.ts';
import type { Lines } from './lines.ts';
import type { Matcher } from './matcher.ts';
import { scopeOf } from './scope.ts';
import { saturated } from './scoring.ts';

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
export function quotesOf(path: string, lines: Lines, chunk: Chunk, matcher: Matcher): Quote[] {
  const { concepts } = matcher;
  const width = concepts.length;
  /** One row of the question's words for each line. */
  const matches = new Float64Array((chunk.endLine - chunk.startLine + 1) * width);
  const row = (number: number) => (number - chunk.startLine) * width;
  for (let number = chunk.startLine; number <= chunk.endLine; number++) {
    const line = lines.line(number);
    const weight = lineWeight(path, line);
    if (weight > 0) matcher.add(line, weight, matches.subarray(row(number), row(number + 1)));
  }
  const total = concepts.reduce((sum, { value }) => sum + value, 0);
  return [...windows(lines, chunk)].map((range) => {
    const around = aroundOf(path, lines, range, matcher);
    let score = 0;
    let covered = 0;
    for (const [place, { value }] of concepts.entries()) {
      let count = around[place] ?? 0;
      for (let number = range.startLine; number <= range.endLine; number++)
        count += matches[row(number) + place] ?? 0;
      score += value * saturated(count);
      covered += value * Math.min(1, count);
    }
    return { ...range, score, coverage: total === 0 ? 0 : covered / total };
  });
}

/**
 * What the path, the headings and the openings of blocks above say of the lines, each word once: a section need not
 * repeat its heading, nor a body the name of its function.
 */
function aroundOf(path: string, lines: Lines, range: Chunk, matcher: Matcher): Float64Array {
  const found = new Float64Array(matcher.concepts.length);
  matcher.most(path, found);
  for (const line of scopeOf(path, lines, range)) matcher.most(line, found);
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
