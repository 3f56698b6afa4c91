/**
 * Values that were masked in a session, wherever else they stand in it: a value that is selected or typed by itself has
 * not the name beside it that told what it is. Pure.
 */
import { entropy, leastEntropy } from './namedSecrets.ts';
import { placeholdersIn } from './placeholders.ts';
import type { KeptValue } from './vault.ts';

/**
 * Values that are looked for, those that were used last: each costs one pass over each text, and a session has seldom
 * more than a few.
 */
const mostKnown = 100;

/** A value of so many characters is no word that other texts have too. */
const surelyDrawn = 16;

/**
 * A shorter value, or one that no chance has drawn, may be a word that stands in any text, as the password of a database
 * on one's own machine often is: `password1` is also the name of a field.
 */
const isTelling = (value: string): boolean =>
  !/\s/.test(value) &&
  (value.length >= surelyDrawn || (value.length >= 8 && /\d/.test(value) && entropy(value) >= leastEntropy));

/** A way to put the placeholders of known values into texts; what is a placeholder already stays what it is. */
export function knownValues(kept: readonly KeptValue[]): (text: string) => string {
  const placeholders = new Map(
    kept
      .filter(({ value, placeholder }) => isTelling(value) && placeholder.startsWith('[secret:'))
      .slice(-mostKnown)
      .map(({ value, placeholder }) => [value, placeholder]),
  );
  if (placeholders.size === 0) return (text) => text;
  // The longest first, so that a value that begins with another is the one that it is.
  const values = [...placeholders.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(values.map(patternOf).join('|'), 'gu');
  const replaced = (part: string) => part.replaceAll(pattern, (value) => placeholders.get(value) ?? value);
  return (text) => {
    if (!values.some((value) => text.includes(value))) return text;
    let result = '';
    let at = 0;
    for (const { start, end } of placeholdersIn(text)) {
      result += replaced(text.slice(at, start)) + text.slice(start, end);
      at = end;
    }
    return result + replaced(text.slice(at));
  };
}

/** A short one within a longer word may be a part of it by chance. */
const patternOf = (value: string): string =>
  value.length >= surelyDrawn ? literal(value) : `(?<![\\p{L}\\p{N}_])${literal(value)}(?![\\p{L}\\p{N}_])`;

/** As a pattern that fits the text alone; with the flag `u` nothing else may stand behind a backslash. */
const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
