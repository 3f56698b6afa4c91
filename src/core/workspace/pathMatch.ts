/** How well a path fits letters that were typed to find it. Pure. */

/**
 * 0 where it does not fit; else the higher, the more of the name the letters are: the beginning of the name, of a word of
 * it, a part of it, a part of the path, or letters of the name in their order.
 */
export function pathMatch(path: string, typed: string): number {
  if (typed === '') return 1;
  const wanted = typed.toLowerCase().replaceAll('\\', '/');
  const whole = path.toLowerCase();
  const name = whole.replace(/\/$/, '').split('/').at(-1) ?? '';
  if (name === wanted) return 7;
  if (name.startsWith(wanted)) return 6;
  const at = name.indexOf(wanted);
  if (at > 0) return isWordStart(path, whole.lastIndexOf(name) + at) ? 5 : 4;
  if (whole.includes(wanted)) return 3;
  return inOrder(name, wanted) ? 2 : 0;
}

/** Behind a sign that joins words, or at a capital behind a small letter. */
function isWordStart(path: string, at: number): boolean {
  const before = path[at - 1] ?? '';
  if (/[^\p{L}\p{N}]/u.test(before)) return true;
  return /\p{Ll}/u.test(before) && /\p{Lu}/u.test(path[at] ?? '');
}

function inOrder(name: string, letters: string): boolean {
  let at = 0;
  for (const letter of name) if (letter === letters[at]) at++;
  return at >= letters.length;
}

/** Those that fit, the best first, of equals the shorter path; earlier ones first where both are alike. */
export function bestMatches<T>(
  all: readonly T[],
  pathOf: (one: T) => string,
  typed: string,
  most: number,
): T[] {
  return all
    .map((one) => ({ one, path: pathOf(one), score: pathMatch(pathOf(one), typed) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (typed === '' ? 0 : a.path.length - b.path.length))
    .slice(0, most)
    .map(({ one }) => one);
}
