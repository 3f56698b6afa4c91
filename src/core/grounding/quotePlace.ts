/** Where a quoted run of lines is now. Pure. Lines count from 1, both ends included. */

const linesOf = (text: string): string[] => text.split(/\r\n|\r|\n/);
const same = (a: string | undefined, b: string | undefined): boolean => a?.trimEnd() === b?.trimEnd();

/** At its lines, else the nearest place that has the same text; undefined when it is nowhere. */
export function whereIs(
  text: string,
  { startLine, quote }: { startLine: number; endLine: number; quote: string },
): { startLine: number; endLine: number } | undefined {
  const lines = linesOf(text);
  const wanted = linesOf(quote.replace(/[\r\n]+$/, ''));
  const isAt = (start: number) => wanted.every((line, index) => same(lines[start - 1 + index], line));
  const last = lines.length - wanted.length + 1;
  let best: number | undefined;
  for (let start = 1; start <= last; start++) {
    if (!isAt(start)) continue;
    if (best === undefined || Math.abs(start - startLine) < Math.abs(best - startLine)) best = start;
  }
  return best === undefined ? undefined : { startLine: best, endLine: best + wanted.length - 1 };
}
