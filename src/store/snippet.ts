/** The piece of a text around the words that were searched for. Pure. */

/** Marks around a match, as `SearchHit` promises. */
const startMark = '\u0002';
const endMark = '\u0003';
/** Characters shown before and after the first match. */
const before = 40;
const length = 160;

/** Words of a query as the index cuts them: runs of letters and digits. */
export const wordsOf = (query: string): string[] => query.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export function snippetOf(text: string, words: readonly string[]): string {
  const flat = text.replaceAll(startMark, '').replaceAll(endMark, '').replace(/\s+/g, ' ');
  if (words.length === 0) return flat.slice(0, length);
  const pattern = new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${words.map(escaped).join('|')})[\\p{L}\\p{N}\\p{M}]*`,
    'giu',
  );
  const first = flat.search(pattern);
  const start = Math.max(0, first - before);
  const cut = flat.slice(start, start + length).replace(pattern, (match) => `${startMark}${match}${endMark}`);
  return `${start > 0 ? '…' : ''}${cut}${start + length < flat.length ? '…' : ''}`;
}
