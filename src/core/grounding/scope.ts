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

function openersAbove(lines: Lines, chunk: Chunk): string[] {
  const found: string[] = [];
  let indentation = firstIndentation(lines, chunk);
  for (let number = chunk.startLine - 1; number >= 1 && indentation > 0; number--) {
    const line = lines.line(number);
    const here = line.search(/\S/);
    // A line that only closes or comments says nothing about what it encloses.
    if (here < 0 || here >= indentation || /^\s*(?:[)\]}]|\/\/|#|\*)/.test(line)) continue;
    found.push(line);
    indentation = here;
  }
  return found;
}

function firstIndentation(lines: Lines, chunk: Chunk): number {
  for (let number = chunk.startLine; number <= chunk.endLine; number++) {
    const indentation = lines.line(number).search(/\S/);
    if (indentation >= 0) return indentation;
  }
  return 0;
}
