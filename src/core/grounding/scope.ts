/** What a chunk stands within: the headings above a section, the lines that open the blocks around code. Pure. */
import { type Chunk, isMarkdown } from './chunks.ts';
import type { Lines } from './lines.ts';

/** Lines above the chunk that say what it is part of, outermost last. */
export function scopeOf(path: string, lines: Lines, chunk: Chunk): string[] {
  return isMarkdown(path) ? headingsAbove(lines, chunk) : openersAbove(lines, chunk);
}

const headingLevel = (line: string) => /^ {0,3}(#{1,6})(?:\s|$)/.exec(line)?.[1]?.length;

function headingsAbove(lines: Lines, chunk: Chunk): string[] {
  const found: string[] = [];
  let level = headingLevel(lines.line(chunk.startLine)) ?? 7;
  for (let number = chunk.startLine - 1; number >= 1 && level > 1; number--) {
    const line = lines.line(number);
    const above = headingLevel(line);
    if (above === undefined || above >= level) continue;
    found.push(line);
    level = above;
  }
  return found;
}

const closing = /^(?:[)\]}#*]|\/\/)/;

function openersAbove(lines: Lines, chunk: Chunk): string[] {
  const found: string[] = [];
  let indentation = firstIndentation(lines, chunk);
  for (let number = chunk.startLine - 1; number >= 1 && indentation > 0; number--) {
    const here = lines.indentationOf(number);
    // A line that only closes or comments says nothing about what it encloses.
    if (here < 0 || here >= indentation || closing.test(lines.opening(number, 2))) continue;
    found.push(lines.line(number));
    indentation = here;
  }
  return found;
}

function firstIndentation(lines: Lines, chunk: Chunk): number {
  for (let number = chunk.startLine; number <= chunk.endLine; number++) {
    const indentation = lines.indentationOf(number);
    if (indentation >= 0) return indentation;
  }
  return 0;
}
