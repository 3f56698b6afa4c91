/** Texts for benchmarks: repeatable, so that versions are compared on the same ones. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The words of our own sources, as often as they stand there: few are common, most are rare. */
const sources = fileURLToPath(new URL('../../../src', import.meta.url));
const vocabulary = globSync('**/*.ts', { cwd: sources })
  .sort()
  .flatMap((name) => readFileSync(join(sources, name), 'utf8').match(/[A-Za-z]{3,}/g) ?? []);
let drawn = 1;

export const draw = (below: number): number => {
  drawn = (drawn * 48_271) % 2_147_483_647;
  return drawn % below;
};

export const sentence = (words: number): string =>
  Array.from({ length: words }, () => vocabulary[draw(vocabulary.length)] ?? '').join(' ');
