/** The part of a text around the first of the words that were found in it, at word borders. Pure. */
export function excerpt(text: string, terms: readonly string[], length: number): string {
  if (text.length <= length) return text;
  const lower = text.toLowerCase();
  const places = terms.map((term) => lower.indexOf(term.toLowerCase())).filter((at) => at >= 0);
  // A third before the word: what led to it is shorter than what follows from it.
  const wanted = Math.max(0, Math.min(...places, text.length) - Math.floor(length / 3));
  const start = places.length === 0 ? 0 : Math.min(wanted, text.length - length);
  const from = start === 0 ? 0 : border(text, start);
  const to =
    from + length >= text.length ? text.length : Math.max(from + 1, text.lastIndexOf(' ', from + length));
  const end = to <= from + 1 ? Math.min(text.length, from + length) : to;
  return `${from > 0 ? '… ' : ''}${text.slice(from, end).trim()}${end < text.length ? ' …' : ''}`;
}

/** The beginning of the next word; the place itself where there is none near. */
function border(text: string, at: number): number {
  const next = text.slice(at, at + 40).search(/\s/);
  return next < 0 ? at : at + next + 1;
}
