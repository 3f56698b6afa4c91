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
  /** One row of the question's words for each line that has any. */
  const rows = new Map<number, Float64Array>();
  let row = new Float64Array(width);
  for (let number = chunk.startLine; number <= chunk.endLine; number++) {
    const line = lines.line(number);
    if (!matcher.add(line, row)) continue;
    const weight = lineWeight(path, line);
    for (let place = 0; place < width; place++) row[place] = (row[place] ?? 0) * weight;
    rows.set(number, row);
    row = new Float64Array(width);
  }
  const total = concepts.reduce((sum, { value }) => sum + value, 0);
  const around = aroundOf(path, lines, matcher);
  return [...windows(lines, chunk)].map((range) => {
    const counts = Float64Array.from(around(range));
    for (let number = range.startLine; number <= range.endLine; number++) {
      const found = rows.get(number);
      if (found)
        for (let place = 0; place < width; place++)
          counts[place] = (counts[place] ?? 0) + (found[place] ?? 0);
    }
    let score = 0;
    let covered = 0;
    for (let place = 0; place < width; place++) {
      const count = counts[place] ?? 0;
      if (count === 0) continue;
      const value = concepts[place]?.value ?? 0;
      score += value * saturated(count);
      covered += value * Math.min(1, count);
    }
    return { ...range, score, coverage: total === 0 ? 0 : covered / total };
  });
}

/**
 * What the path, the headings and the openings of blocks above say of the lines, each word once: a section need not
 * repeat its heading, nor a body the name of its function. Neighbouring lines often stand within the same blocks.
 */
function aroundOf(path: string, lines: Lines, matcher: Matcher): (range: Chunk) => Float64Array {
  const ofPath = new Float64Array(matcher.concepts.length);
  matcher.most(path, ofPath);
  let before: readonly string[] = [];
  let found = ofPath;
  return (range) => {
    const scope = scopeOf(path, lines, range);
    if (scope.length === before.length && scope.every((line, at) => line === before[at])) return found;
    before = scope;
    found = ofPath.slice();
    for (const line of scope) matcher.most(line, found);
    return found;
  };
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
    let endLine = paragraph.endLine;
    for (let next = index + 1; (paragraphs[next]?.endLine ?? last + 1) <= last; next++)
      endLine = paragraphs[next]?.endLine ?? endLine;
    yield { startLine: paragraph.startLine, endLine };
  }
}

/** Runs of lines that are not blank. */
function paragraphsOf(lines: Lines, chunk: Chunk): Chunk[] {
  const paragraphs: Chunk[] = [];
  let startLine: number | undefined;
  for (let number = chunk.startLine; number <= chunk.endLine + 1; number++) {
    const blank = number > chunk.endLine || lines.indentationOf(number) < 0;
    if (!blank) startLine ??= number;
    else if (startLine !== undefined) {
      paragraphs.push({ startLine, endLine: number - 1 });
      startLine = undefined;
    }
  }
  return paragraphs;
}
