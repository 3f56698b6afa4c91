/** Narrows a chunk to the lines that matter for a question. Pure. */
import type { Chunk } from './chunks.ts';
import type { Lines } from './lines.ts';
import { terms } from './terms.ts';

/** Three quotes of this many lines are read at a glance. */
export const mostQuotedLines = 12;

/**
 * The run of at most `mostQuotedLines` lines of the chunk whose terms weigh most, each term counted once,
 * without blank lines at its ends.
 */
export function quoteOf(lines: Lines, chunk: Chunk, weights: ReadonlyMap<string, number>): Chunk {
  if (chunk.endLine - chunk.startLine < mostQuotedLines) return trim(lines, chunk);
  const matched = new Map<number, Set<string>>();
  for (let number = chunk.startLine; number <= chunk.endLine; number++) {
    const found = terms(lines.line(number)).filter((term) => weights.has(term));
    if (found.length > 0) matched.set(number, new Set(found));
  }
  return trim(lines, widen(bestSpan(matched, chunk, weights), lines, chunk));
}

/** The shortest run with the greatest weight; the first of equals. */
function bestSpan(
  matched: ReadonlyMap<number, ReadonlySet<string>>,
  chunk: Chunk,
  weights: ReadonlyMap<string, number>,
): Chunk {
  let best: Chunk = { startLine: chunk.startLine, endLine: chunk.startLine };
  let bestWeight = 0;
  for (const startLine of matched.keys()) {
    const seen = new Set<string>();
    let weight = 0;
    const last = Math.min(chunk.endLine, startLine + mostQuotedLines - 1);
    for (let endLine = startLine; endLine <= last; endLine++) {
      for (const term of matched.get(endLine) ?? []) {
        if (seen.has(term)) continue;
        seen.add(term);
        weight += weights.get(term) ?? 0;
      }
      const shorter = endLine - startLine < best.endLine - best.startLine;
      if (weight > bestWeight || (weight === bestWeight && weight > 0 && shorter)) {
        best = { startLine, endLine };
        bestWeight = weight;
      }
    }
  }
  return best;
}

/** Adds lines around the span: a third above it, the rest below, because a name or comment stands above what it speaks of. */
function widen(span: Chunk, lines: Lines, chunk: Chunk): Chunk {
  const free = mostQuotedLines - (span.endLine - span.startLine + 1);
  let startLine = Math.max(chunk.startLine, span.startLine - Math.floor(free / 3));
  const endLine = Math.min(chunk.endLine, startLine + mostQuotedLines - 1);
  startLine = Math.max(chunk.startLine, Math.min(startLine, endLine - mostQuotedLines + 1));
  return trim(lines, { startLine, endLine });
}

function trim(lines: Lines, range: Chunk): Chunk {
  let { startLine, endLine } = range;
  while (startLine < endLine && lines.line(startLine).trim() === '') startLine += 1;
  while (endLine > startLine && lines.line(endLine).trim() === '') endLine -= 1;
  return { startLine, endLine };
}
