/** Values that are assigned to a name such as `api_key` and look as if they were drawn by chance. Pure. */
import type { FoundSecret } from '../ports.ts';

/**
 * What names a secret. Every repetition here is bounded, so that a line of a megabyte without a break takes time by its
 * length alone.
 */
const name =
  /[\w.-]{0,40}(?:(?:key|token|secret|passwd|password|passphrase|credential)s?|(?<=[_-])(?:pass|pwd)(?![a-z]))[\w-]{0,20}/
    .source;
/** Opens and closes names and values; behind a backslash where the line stands in a string itself. */
const quote = /(?:\\{0,3}["'`])/.source;
/** Between quotes a value may have the signs that passwords are drawn from, and be shorter. */
const value = `(?:${quote}(?<quoted>${/[\w+/=~.!@#$%^&*?-]{12,200}/.source})(?=${quote})|${quote}?(?<bare>${/[\w+/=~.-]{16,200}/.source}))`;
/** `: string =` and ` string =`, or a sign alone. */
const assigned = /(?:(?::\s{0,2}|\s)[\w&*'.<>[\]]{1,24}\s{0,4}=|:=|=>|=|:)/.source;

const forms: readonly RegExp[] = [
  // `name = "value"`, `name: value`, `"name" => 'value'`, in columns too.
  `(?<![\\w-])${name}${quote}?\\]?\\s{0,40}${assigned}\\s{0,4}${value}`,
  // `#define NAME "value"`, `ENV NAME value`, `--name value`.
  `(?:(?:#define|\\b(?:ENV|ARG|setenv))\\s{1,4}|(?<![\\w-])--)${name}\\s{1,40}${value}`,
  // `<name>value</name>`.
  `<${name}>\\s{0,4}${value}(?=\\s{0,4}</)`,
  // A pair, as Kubernetes and ECS have it: `name: NAME` and then `value: "value"`.
  `\\b(?:name|key)${quote}?\\s{0,4}:\\s{0,4}${quote}?${name}${quote}?,?\\s{1,80}${quote}?value${quote}?\\s{0,4}:\\s{0,4}${value}`,
].map((form) => new RegExp(form, 'giu'));

/** Drawn by chance with the name of a key, and meant to be seen: the nonce of a handshake, the fingerprint of a public key. */
const noSecret = /^(?:sec-websocket-(?:key|accept)|--recv-keys?)/i;

/**
 * Bits a character. Of 16 characters of base64 drawn by chance 99 in a hundred have more, of 40 hexadecimal digits too;
 * what people type by hand repeats letters and has less.
 */
export const leastEntropy = 3.3;

/** In the order of the text for each form; they may lie over one another. */
export function namedSecrets(text: string): FoundSecret[] {
  return forms.flatMap((form) =>
    [...text.matchAll(form)].flatMap(({ 0: whole, index, groups }) => {
      const found = groups?.quoted ?? groups?.bare ?? '';
      if (!isDrawn(found) || noSecret.test(whole)) return [];
      const end = index + whole.length;
      // What is called is no value: `token = base64.b64encode(…)`.
      if (text[end] === '(') return [];
      return [{ start: end - found.length, end, group: 'secret' as const, kind: 'named-value' }];
    }),
  );
}

/** What people write has letters or digits alone, or is a path or a chain of names. */
function isDrawn(value: string): boolean {
  const mixed = (/\d/.test(value) && /[a-z]/i.test(value)) || isShuffled(value);
  return mixed && !isNames(value) && entropy(value) >= leastEntropy;
}

/** Names joined as in code, paths, queries and combinations of keys: `process.env.API_KEY_2`, `$DB_PASSWORD_1`, `ctrl+F10`. */
const isNames = (value: string): boolean =>
  value
    .split(/[./_+?&=!$%-]/)
    .every(
      (part) => part === '' || (/^(?:[a-z]+\d{0,4}|\d{1,4}[a-z]{0,2})$/i.test(part) && !isShuffled(part)),
    );

/**
 * Letters in both cases with no word in them: of sixteen drawn by chance about half are capitals, while a name that is
 * joined of words has one to each word, and a constant nothing else.
 */
function isShuffled(value: string): boolean {
  const capitals = value.replace(/[^A-Z]/g, '').length;
  return /^[a-z]{16,}$/i.test(value) && capitals >= value.length * 0.3 && capitals <= value.length * 0.7;
}

/** Shannon's entropy of the characters, in bits a character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const all = [...counts.values()];
  const total = all.reduce((sum, count) => sum + count, 0);
  return all.reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0);
}
