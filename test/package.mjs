/**
 * `npm run package`: builds for production, packs `causeway-<version>.vsix` and looks into it.
 * Fails where it is larger than it may be, lacks a file that package.json names, or holds what is not for users.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesOfZip } from './support/zip.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
// Recall by meaning brings a table of word vectors of up to 7 MB, which hardly packs; the rest is about 2 MB, and
// what is left over is room for one more part of that kind.
const limit = 12 * 1024 * 1024;
const { version, main, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const vsix = `causeway-${version}.vsix`;

const node = (...args) => {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  // What failed has said why, and the last thing shown is to be that.
  if (status !== 0) process.exit(status ?? 1);
};
node('esbuild.mjs');
node(
  'node_modules/@vscode/vsce/vsce',
  'package',
  '--no-dependencies',
  '--skip-license',
  '--no-rewrite-relative-links',
  '--allow-missing-repository',
  '--out',
  vsix,
);

const archive = readFileSync(join(root, vsix));
const files = filesOfZip(archive);
const forbidden = /\.(?:map|tsx?)$|^extension\/(?:src|test|node_modules|out|examples|\.)/;
const wanted = ['package.json', main, bin.causeway].map((path) => join('extension', path));
const wrong = [
  ...files.filter(({ name }) => forbidden.test(name)).map(({ name }) => `${name} is not for users`),
  ...wanted.filter((path) => !files.some(({ name }) => name === path)).map((path) => `${path} is missing`),
  ...(archive.length > limit ? [`${archive.length} bytes are more than ${limit}`] : []),
];
for (const { name, packed, size } of files.toSorted((a, b) => b.packed - a.packed).slice(0, 12)) {
  console.log(`${String(packed).padStart(9)} of ${String(size).padStart(9)} bytes  ${name}`);
}
console.log(`${vsix}: ${files.length} files, ${(archive.length / 1024).toFixed(0)} KB`);
for (const line of wrong) console.error(`Not as it should be: ${line}.`);
process.exitCode = wrong.length > 0 ? 1 : 0;
