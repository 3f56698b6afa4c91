/** Values that are assigned to a name such as `api_key` and look as if they were drawn by chance. Pure. */
import type { FoundSecret } from '../ports.ts';

/**
 * `name = "value"`, `name: value`, `"name" => 'value'`. Every repetition is bounded, so that a line of a megabyte
 * without a break takes time by its length alone.
 */
const assignment =
  /(?<![\w-])[\w.-]{0,40}(?:key|token|secret|passwd|password|credential)s?[\w-]{0,20}["'`\]]{0,2}\s{0,4}(?::=|=>|=|:)\s{0,4}["'`]?(?<value>[\w+/=~.-]{16,200})/giu;

/** The nonce of a handshake, which is drawn by chance, has the name of a key, and is meant to be seen. */
const noSecret = /^sec-websocket-(?:key|accept)/i;

/**
 * Bits a character. Of 16 characters of base64 drawn by chance 99 in a hundred have more, of 40 hexadecimal digits too;
 * what people type by hand repeats letters and has less.
 */
const leastEntropy = 3.3;

/** In the order of the text. */
export function namedSecrets(text: string): FoundSecret[] {
  return [...text.matchAll(assignment)].flatMap(({ 0: whole, index, groups }) => {
    const value = groups?.value ?? '';
    if (!isDrawn(value) || noSecret.test(whole)) return [];
    const start = index + whole.length - value.length;
    return [{ start, end: start + value.length, group: 'secret' as const, kind: 'named-value' }];
  });
}

/** What people write has letters or digits alone, or is a path or a chain of names. */
function isDrawn(value: string): boolean {
  const mixed = (/\d/.test(value) && /[a-z]/i.test(value)) || isShuffled(value);
  return mixed && !isNames(value) && entropy(value) >= leastEntropy;
}

/** Names joined as in code and in paths: `process.env.API_KEY_2`, `keys/2024/public.pem`. */
const isNames = (value: string): boolean =>
  value
    .split(/[./_-]/)
    .every((part) => part === '' || (/^(?:[a-z]+\d{0,4}|\d{1,4})$/i.test(part) && !isShuffled(part)));

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
