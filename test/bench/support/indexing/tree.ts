/**
 * Makes a large tree of source files out of the packages that are installed here. Each file is a stretch of a real one;
 * of its longer names every sixth is another in each variant, so that the number of different words grows as it does in
 * real trees. The same number of files gives the same tree.
 *
 *     node tree.ts FOLDER FILES
 */
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Lines of a file: three chunks or more. */
const linesOfOne = 100;
const sources = 3000;

function stretches(): string[] {
  const root = join(import.meta.dirname, '../../../..');
  const patterns = ['node_modules/**/*.{ts,tsx,mts,mjs,js,md}', 'src/**/*.ts', 'test/unit/**/*.ts'];
  const found = globSync(patterns, { cwd: root }).filter((file) => !/\.min\.|dist\/.*bundle/.test(file));
  const result: string[] = [];
  for (const file of found.sort()) {
    const path = join(root, file);
    const stat = statSync(path);
    const { size } = stat;
    if (!stat.isFile() || size < 2000 || size > 200_000) continue;
    const lines = readFileSync(path, 'utf8').split('\n');
    if (lines.some((line) => line.length > 300)) continue;
    for (let at = 0; at + linesOfOne <= lines.length && at < linesOfOne * 4; at += linesOfOne)
      result.push(lines.slice(at, at + linesOfOne).join('\n'));
  }
  // Spread over all packages, as a file of one is much like the next.
  const step = Math.max(1, Math.floor(result.length / sources));
  return result.filter((_, at) => at % step === 0).slice(0, sources);
}

function hash(text: string): number {
  let value = 0;
  for (let at = 0; at < text.length; at++) value = (Math.imul(value, 31) + text.charCodeAt(at)) >>> 0;
  return value;
}

const letters = (number: number): string =>
  [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('');

const [folder, count] = process.argv.slice(2);
if (folder === undefined || count === undefined) throw new Error('Usage: node tree.ts FOLDER FILES');
const texts = stretches();
let bytes = 0;
for (let number = 0; number < Number(count); number++) {
  const variant = Math.floor(number / texts.length);
  const text = (texts[number % texts.length] ?? '').replace(/[A-Za-z_$][\w$]{7,}/g, (name) =>
    hash(name) % 6 === variant % 6 && variant > 0 ? `${name}${letters(variant)}` : name,
  );
  const file = join(
    folder,
    `pkg${number % 200}`,
    `part${Math.floor(number / 200) % 20}`,
    `module${number}.ts`,
  );
  if (number < 4000) mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  bytes += Buffer.byteLength(text);
}
process.stdout.write(`${JSON.stringify({ files: Number(count), bytes })}\n`);
