/** Rows in columns, as wide as they need and no wider than the terminal. Pure. */
import { cut, displayWidth } from './text.ts';

const gap = '  ';
/** Below this many columns the last cell would tell nothing. */
const leastLast = 10;

/**
 * Only the last column is cut to fit, so the one that may be long stands last. Without `width` nothing is cut, for
 * programs that read the lines.
 */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): string {
  const lines = [heads, ...rows].map((row) => row.map((cell) => cell.replace(/\s+/g, ' ').trim()));
  const widths = heads.map((_, column) => Math.max(...lines.map((row) => displayWidth(row[column] ?? ''))));
  const before = widths.slice(0, -1).reduce((sum, one) => sum + one + gap.length, 0);
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(leastLast, width - before);
  return lines.map((row) => `${lineOf(row, widths, room).trimEnd()}\n`).join('');
}

function lineOf(row: readonly string[], widths: readonly number[], room: number): string {
  const last = widths.length - 1;
  return widths
    .map((width, column) => {
      const cell = row[column] ?? '';
      return column === last ? cut(cell, room) : cell + ' '.repeat(width - displayWidth(cell));
    })
    .join(gap);
}
