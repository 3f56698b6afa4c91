/** Cuts a file into runs of lines that belong together: sections of prose, declarations of code. Pure. */
import { cellHeading, isNotebookName } from '../workspace/notebook.ts';
import type { Lines } from './lines.ts';

/** Lines from 1, both ends included. */
export interface Chunk {
  startLine: number;
  endLine: number;
}

/** Declarations are packed together until they have this many lines: one-liners alone are found for the wrong reasons. */
const enough = 20;
/** No chunk is longer, so that one subject outweighs the others in it. */
const most = 40;
export const largestChunk = most;

export const isMarkdown = (path: string) => /\.(?:md|mdx|markdown)$/i.test(path);

/** Chunks cover all lines, in order and without overlap. A text without lines that say anything is one chunk. */
export function chunksOf(path: string, lines: Lines): Chunk[] {
  if (isMarkdown(path)) return cutAt(sectionStarts(lines), lines);
  if (isNotebookName(path)) return cutAt(cellStarts(lines), lines);
  return packedChunks(declarationStarts(lines), lines);
}

/** Chunks of what begins at these lines, the first of which is 1: short ones together, long ones cut. */
export const packedChunks = (starts: readonly number[], lines: Lines): Chunk[] =>
  cutAt(packed(starts, lines.count), lines);

const cutAt = (starts: readonly number[], lines: Lines): Chunk[] =>
  starts.flatMap((start, index) => split(start, (starts[index + 1] ?? lines.count + 1) - 1, lines));

/** Sections begin at headings; a heading directly followed by another is kept with it. */
function sectionStarts(lines: Lines): number[] {
  const starts = [1];
  let fence: string | undefined;
  let onlyHeadings = true;
  for (let number = 1; number <= lines.count; number++) {
    const line = lines.line(number);
    const mark = /^ {0,3}(```+|~~~+)/.exec(line)?.[1];
    if (mark && (fence === undefined || mark.startsWith(fence)))
      fence = fence === undefined ? mark : undefined;
    const heading = fence === undefined && mark === undefined && /^ {0,3}#{1,6}(\s|$)/.test(line);
    if (heading && !onlyHeadings) {
      starts.push(number);
      onlyHeadings = true;
    } else if (!heading && line.trim() !== '') onlyHeadings = false;
  }
  return starts;
}

/** Cells begin at the headings they have where a notebook is read as text. */
function cellStarts(lines: Lines): number[] {
  const starts = [1];
  for (let number = 2; number <= lines.count; number++)
    if (cellHeading.test(lines.line(number))) starts.push(number);
  return starts;
}

/** A declaration begins at an unindented line after a blank one; comments above it belong to it. */
function declarationStarts(lines: Lines): number[] {
  const starts = [1];
  for (let number = 2; number <= lines.count; number++) {
    const opens = /^[^\s})\]]/.test(lines.line(number));
    if (opens && lines.line(number - 1).trim() === '') starts.push(number);
  }
  return starts;
}

/** Joins neighbours until they have enough lines, but never into more than the most. */
function packed(starts: readonly number[], count: number): number[] {
  const kept: number[] = [];
  for (const [index, start] of starts.entries()) {
    const open = kept.at(-1);
    const end = (starts[index + 1] ?? count + 1) - 1;
    if (open === undefined || start - open >= enough || end - open >= most) kept.push(start);
  }
  return kept;
}

/** Cuts what is too long at the blank line with the least indentation after it, or else at the limit. */
function split(start: number, end: number, lines: Lines): Chunk[] {
  const chunks: Chunk[] = [];
  let from = start;
  while (end - from >= most) {
    const cut = bestCut(from, lines);
    chunks.push({ startLine: from, endLine: cut - 1 });
    from = cut;
  }
  chunks.push({ startLine: from, endLine: end });
  return chunks;
}

function bestCut(from: number, lines: Lines): number {
  let best = from + most;
  let least = Number.POSITIVE_INFINITY;
  for (let number = from + enough; number <= from + most; number++) {
    if (lines.line(number - 1).trim() !== '' || lines.line(number).trim() === '') continue;
    const indentation = lines.line(number).search(/\S/);
    // Of equals the later one, so that chunks are large.
    if (indentation <= least) {
      best = number;
      least = indentation;
    }
  }
  return best;
}
