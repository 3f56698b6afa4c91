/** What a program printed, as a reader saw it: without colours, titles and other signs for the terminal. Pure. */

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
