/** Characters of an entry that an answer quotes; about a paragraph or two. The whole is read by the entry's id. */
const longest = 1_000;
/** How much of that stands before what was found, so that it can be understood. */
const before = longest / 4;

/** A part of a text around the first word that was found; an ellipsis stands for what is left out. */
export function excerptOf(text: string, words: readonly string[]): string {
  if (text.length <= longest) return text;
  const lower = text.toLowerCase();
  const places = words.map((word) => lower.indexOf(word.toLowerCase())).filter((place) => place >= 0);
  const first = places.length === 0 ? 0 : Math.min(...places);
  const start = Math.max(0, Math.min(first - before, text.length - longest));
  const end = start + longest;
  // Never half a character.
  const part = text
    .slice(start, end)
    .replace(/^[\uDC00-\uDFFF]/, '')
    .replace(/[\uD800-\uDBFF]$/, '');
  return `${start > 0 ? '…' : ''}${part}${end < text.length ? '…' : ''}`;
}
