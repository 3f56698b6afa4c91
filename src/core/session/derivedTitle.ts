/** The title of a session until one is given. Pure. */

/** Characters of the first input that become the title. */
const derivedTitleLength = 60;

/** The first line of an input, cut at a word and never within a character. */
export function derivedTitle(text: string): string {
  const line = text.trim().split(/\r?\n/, 1)[0]?.trim().replace(/\s+/g, ' ') ?? '';
  if (line.length <= derivedTitleLength) return line;
  // One place is for the ellipsis, which says that there was more.
  const cut = line.slice(0, derivedTitleLength - 1).replace(/[\uD800-\uDBFF]$/, '');
  const space = line[cut.length] === ' ' ? cut.length : cut.lastIndexOf(' ');
  return `${space > derivedTitleLength / 2 ? cut.slice(0, space) : cut}…`;
}
