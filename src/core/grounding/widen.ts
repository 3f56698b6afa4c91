/** A found place together with what it is a part of: the function around it, or the section. Pure. */
import { type Chunk, isMarkdown } from './chunks.ts';
import type { Lines } from './lines.ts';

/** A function that is longer is quoted in part: three quotes of more than half a screen each are no answer any more. */
export const mostWidenedLines = 30;

/** The declaration or section that encloses the lines, where it is short enough; else the lines as they are. */
export function widened(path: string, lines: Lines, range: Chunk): Chunk {
  const whole = isMarkdown(path) ? sectionAround(lines, range) : declarationAround(lines, range);
  const fits = whole.endLine - whole.startLine < mostWidenedLines;
  return fits ? whole : range;
}

const isBlank = (lines: Lines, number: number) => lines.indentationOf(number) < 0;
const isHeading = (line: string) => /^ {0,3}#{1,6}(?:\s|$)/.test(line);

function sectionAround(lines: Lines, { startLine, endLine }: Chunk): Chunk {
  let first = startLine;
  while (first > 1 && !isHeading(lines.line(first))) first--;
  let last = endLine;
  while (last < lines.count && !isHeading(lines.line(last + 1))) last++;
  return { startLine: first, endLine: withoutBlank(lines, first, last) };
}

/** Begins at a line at the margin, with the comment above it, and ends before the next one that begins something. */
function declarationAround(lines: Lines, { startLine, endLine }: Chunk): Chunk {
  let first = startLine;
  while (first > 1 && !begins(lines, first)) first--;
  while (first > 1 && opensAtMargin(lines, first - 1)) first--;
  let last = endLine;
  while (last < lines.count && !begins(lines, last + 1)) last++;
  return { startLine: first, endLine: withoutBlank(lines, first, last) };
}

/** An unindented line that opens something: not one that closes what was opened above. */
const begins = (lines: Lines, number: number) =>
  opensAtMargin(lines, number) && (number === 1 || isBlank(lines, number - 1));

const opensAtMargin = (lines: Lines, number: number) =>
  lines.indentationOf(number) === 0 && !/^[)\]}]/.test(lines.opening(number, 1));

function withoutBlank(lines: Lines, first: number, last: number): number {
  let end = last;
  while (end > first && isBlank(lines, end)) end--;
  return end;
}
