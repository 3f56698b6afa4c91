/** The paths that a diff of git names, with its quotes undone. Pure. */

/** Parts of a diff, one a file, as they stand. Git's lines end with a line feed and with nothing else. */
export const partsOf = (diff: string): string[] => diff.split(/(?<![^\n])(?=diff --)/);

/**
 * Every path that the head of a part names, as it names it: the user's git decides on prefixes (`a/`, `i/`, `w/`, none).
 * Empty where none can be told.
 */
export function pathsOf(part: string): string[] {
  const [head = ''] = part.split(/(?<![^\n])@@/, 1);
  const named = head.split('\n').flatMap((line) => {
    const [, kind, rest = ''] =
      /^(diff --git|diff --cc|diff --combined|---|\+\+\+|rename from|rename to|copy from|copy to) (.+)$/s.exec(
        line,
      ) ?? [];
    if (kind === undefined) return [];
    // After a name with spaces git puts a tab, and other tabs it quotes.
    return kind === 'diff --git' ? both(rest) : nameOf(rest.replace(/\t.*$/s, ''));
  });
  return named.filter((path) => path !== '/dev/null');
}

/** Without what stands before the first slash, which may be a prefix. */
export const withoutPrefix = (path: string): string => path.slice(path.indexOf('/') + 1);

/** Every path that a diff names, as it names it and without what stands before its first slash; each once. */
export const pathsIn = (diff: string): string[] => [
  ...new Set(partsOf(diff).flatMap((part) => pathsOf(part).flatMap((path) => [path, withoutPrefix(path)]))),
];

/**
 * The two names of `a/X b/X`. Spaces are not quoted, so that only names that are the same can be told apart; of others
 * git writes lines of their own (`rename from`).
 */
function both(rest: string): string[] {
  for (let at = rest.indexOf(' '); at >= 0; at = rest.indexOf(' ', at + 1)) {
    const [left] = nameOf(rest.slice(0, at));
    const [right] = nameOf(rest.slice(at + 1));
    if (left === undefined || right === undefined) continue;
    if (left === right || withoutPrefix(left) === withoutPrefix(right)) return [left, right];
  }
  return [];
}

/** A name as git writes it, none where its quotes do not end as they should. */
function nameOf(text: string): string[] {
  if (!text.startsWith('"')) return [text];
  const [, inner] = /^"((?:[^"\\]|\\(?:[abtnvfr"\\]|[0-3][0-7]{2}))*)"$/s.exec(text) ?? [];
  return inner === undefined ? [] : [unquoted(inner)];
}

const escapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
};

/** Bytes stand there in octal, so that the name is put together as bytes and read as UTF-8. */
function unquoted(inner: string): string {
  const bytes: number[] = [];
  for (const [, octal, letter, plain = ''] of inner.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(escapes[letter] ?? letter.charCodeAt(0));
    else bytes.push(...new TextEncoder().encode(plain));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
