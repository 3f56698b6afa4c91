/** Texts that are cut before they are looked through for secrets: half of one would not be known as one. Pure. */

/** The first lines that have no more than `most` characters together; none where the first one has more. */
export function firstLines(text: string, most: number): string {
  if (text.length <= most) return text;
  return text.slice(0, Math.max(0, text.lastIndexOf('\n', most)));
}

/** The last lines that have no more than `most` characters together. `isCut`: the text begins within a line. */
export function lastLines(text: string, most: number, isCut = false): string {
  const kept = text.slice(-most);
  const isBroken = text.length > most ? text.at(-most - 1) !== '\n' : isCut;
  if (!isBroken) return kept;
  const end = kept.indexOf('\n');
  return end < 0 ? '' : kept.slice(end + 1);
}
