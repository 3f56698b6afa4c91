/**
 * What stands in the place of a masked value: ASCII, without a space, and nothing that JSON, a shell's quotes or a URL
 * would change, so that a model can repeat it wherever the value stood. Pure.
 */

/** `secret`: a key, a token, a password; `private`: personal data. */
export const maskGroups = ['secret', 'private'] as const;
export type MaskGroup = (typeof maskGroups)[number];

/**
 * Hexadecimal digits of the digest. Forty bits: among a hundred thousand values of one user two share them once in two
 * hundred times, and each digit more is one that a model has to repeat.
 */
export const digestDigits = 10;

const placeholder = /\[(?<group>secret|private):(?<kind>[a-z\d-]{1,40}):(?<digest>[\da-f]{10})\]/g;

export interface Placeholder {
  /** UTF-16 code units, the end not included. */
  start: number;
  end: number;
  group: MaskGroup;
  kind: string;
  /** By this alone the value is found again. */
  digest: string;
}

export const placeholderOf = (group: MaskGroup, kind: string, digest: string): string =>
  `[${group}:${kind}:${digest}]`;

/** In the order of the text. */
export function placeholdersIn(text: string): Placeholder[] {
  // Nearly every text of every request has none, and this is seen ten times as fast.
  if (maskGroups.every((group) => !text.includes(`[${group}:`))) return [];
  return [...text.matchAll(placeholder)].flatMap(({ 0: whole, index, groups }) => {
    const group = maskGroups.find((one) => one === groups?.group);
    if (group === undefined || groups?.kind === undefined || groups.digest === undefined) return [];
    return [{ start: index, end: index + whole.length, group, kind: groups.kind, digest: groups.digest }];
  });
}

/** Puts values in the place of their placeholders; those for which there is none stay. */
export function withValues(text: string, known: (digest: string) => string | undefined): string {
  let result = '';
  let at = 0;
  for (const { start, end, digest } of placeholdersIn(text)) {
    const value = known(digest);
    if (value === undefined) continue;
    result += text.slice(at, start) + value;
    at = end;
  }
  return result + text.slice(at);
}
