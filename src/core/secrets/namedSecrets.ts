/** Values that are assigned to a name such as `api_key` and look as if they were drawn by chance. Pure. */
import type { FoundSecret } from '../ports.ts';

/**
 * `name = "value"`, `name: value`, `"name" => 'value'`. Every repetition is bounded, so that a line of a megabyte
 * without a break takes time by its length alone.
 */
const assignment =
  /(?<![\w-])[\w.-]{0,40}(?:key|token|secret|passwd|password|credential)s?[\w-]{0,20}["'`\]]{0,2}\s{0,4}(?::=|=>|=|:)\s{0,4}["'`]?(?<value>[\w+/=~.-]{16,200})/giu;

/**
 * Bits a character. Of 16 characters of base64 drawn by chance 99 in a hundred have more, of 40 hexadecimal digits too;
 * what people type by hand repeats letters and has less.
 */
const leastEntropy = 3.3;

/** In the order of the text, one for each line. */
export function namedSecrets(text: string): FoundSecret[] {
  return text.split('\n').flatMap((line, index) => {
    const found = [...line.matchAll(assignment)].some(({ groups }) => isDrawn(groups?.value ?? ''));
    return found ? [{ line: index + 1, what: 'a value with the name of a secret' }] : [];
  });
}

/** What people write has letters or digits alone, or is a path or a chain of names. */
function isDrawn(value: string): boolean {
  const mixed = /\d/.test(value) && /[a-z]/i.test(value);
  return mixed && !isNames(value) && entropy(value) >= leastEntropy;
}

/** Names joined as in code and in paths: `process.env.API_KEY_2`, `keys/2024/public.pem`. */
const isNames = (value: string): boolean =>
  value.split(/[./_-]/).every((part) => part === '' || /^(?:[a-z]+\d{0,4}|\d{1,4})$/i.test(part));

/** Shannon's entropy of the characters, in bits a character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const all = [...counts.values()];
  const total = all.reduce((sum, count) => sum + count, 0);
  return all.reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0);
}
