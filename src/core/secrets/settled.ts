/** What several rules found, as places that do not lie over one another. Pure. */
import type { FoundSecret } from '../ports.ts';
import { placeholdersIn } from './placeholders.ts';

/**
 * In the order of the text. Of those that lie over one another the first gives its name to all they cover. A placeholder
 * stays what it is, whatever it looks like.
 */
export function settled(text: string, found: readonly FoundSecret[]): FoundSecret[] {
  const kept: FoundSecret[] = [];
  const placeholders = placeholdersIn(text);
  const sorted = found
    .filter(({ start, end }) => !placeholders.some((one) => start >= one.start && end <= one.end))
    .sort((a, b) => a.start - b.start || b.end - a.end);
  for (const one of sorted) {
    const last = kept.at(-1);
    if (last && one.start < last.end) last.end = Math.max(last.end, one.end);
    else kept.push({ ...one });
  }
  return kept;
}
