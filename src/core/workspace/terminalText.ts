/** What a program printed, as a reader saw it: without colours, titles and other signs for the terminal. Pure. */

import { lastLines } from './wholeLines.ts';

const [sign, bell] = ['\\u001b', '\\u0007'];

/** In the order of their standard (ECMA-48): titles and marks of shells, strings, colours and moves, and the short ones. */
const escapes = new RegExp(
  [
    `\\][^${bell}${sign}]*(?:${bell}|${sign}\\\\)?`,
    `[P^_X][^${sign}]*(?:${sign}\\\\)?`,
    '\\[[0-?]*[ -/]*[@-~]?',
    '[ -/]*[0-~]',
  ]
    .map((form) => `${sign}${form}`)
    .join('|'),
  'g',
);
const controls = /(?!\t)\p{Cc}/gu;

const keyBegins = /-----BEGIN (?:[A-Z\d]+ )*PRIVATE KEY(?: BLOCK)?-----/;
const keyEnds = /-----END (?:[A-Z\d]+ )*PRIVATE KEY(?: BLOCK)?-----\s*/;

/**
 * The last lines of a text. What has lost its beginning goes as a whole, a line as well as a private key, since a secret
 * is not known as one without it. `isCut`: the text itself begins within a line.
 */
export function lastPart(text: string, most: number, isCut = false): string {
  const kept = lastLines(text, most, isCut);
  const end = keyEnds.exec(kept);
  if (!end || keyBegins.test(kept.slice(0, end.index))) return kept;
  return kept.slice(end.index + end[0].length);
}

export function plainOutput(printed: string): string {
  return printed
    .replace(escapes, '')
    .replace(/\r+\n/g, '\n')
    .split('\n')
    .map((line) => {
      // A line that was written over, as a progress bar is, shows what was written last.
      const kept = line.replace(/\r$/, '');
      return kept.slice(kept.lastIndexOf('\r') + 1).replace(controls, '');
    })
    .join('\n')
    .trim();
}
