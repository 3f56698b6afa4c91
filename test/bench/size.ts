/**
 * What is shipped, in MB (10^6 bytes): what each bundle loads at once and what only when it is needed, the package and
 * its folder, beside Copilot Chat's `extension.js` and folder in the same VS Code.
 */
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { repositoryRoot } from '../support/vscode/paths.ts';
import { mustRun } from '../support/vscode/run.ts';
import { filesOfZip } from '../support/zip.mjs';
import { builtIn, removeScratch } from './support/host.ts';
import { finish, type Row } from './support/table.ts';

const mb = (bytes: number): number => bytes / 1e6;
const sizeOf = (file: string): number => statSync(file).size;
const folderSize = (folder: string): number =>
  globSync('**', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + sizeOf(join(entry.parentPath, entry.name)), 0);

await mustRun(process.execPath, [join('test', 'package.mjs')], { cwd: repositoryRoot });
const dist = join(repositoryRoot, 'dist');
const copilot = await builtIn('copilot');

/** Bytes that an entry loads with itself, and those that it imports while running. */
async function loaded(entry: string): Promise<{ now: number; later: number }> {
  const { metafile } = await build({
    entryPoints: [join(dist, entry)],
    absWorkingDir: dist,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    external: ['vscode'],
    outdir: 'unused',
    logLevel: 'error',
  });
  const now = new Set<string>();
  const visit = (file: string): void => {
    if (now.has(file)) return;
    now.add(file);
    for (const { path, kind, external } of metafile.inputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && !external) visit(path);
    }
  };
  visit(entry);
  const all = Object.keys(metafile.inputs);
  const sum = (files: string[]) => files.reduce((total, file) => total + sizeOf(join(dist, file)), 0);
  return { now: sum([...now]), later: sum(all.filter((file) => !now.has(file))) };
}

const entries = [
  'extension.js',
  'panel/main.js',
  ...globSync('workers/*.js', { cwd: dist }).sort(),
  'cli.js',
];
const bundles: Row[] = [];
for (const entry of entries) {
  const { now, later } = await loaded(entry);
  bundles.push({
    system: `causeway ${entry}`,
    mb: mb(now),
    ...(later > 0 ? { when_needed_mb: mb(later) } : {}),
  });
}

const [vsix] = globSync('causeway-*.vsix', { cwd: repositoryRoot });
if (vsix === undefined) throw new Error('The package was not made.');
const files = filesOfZip(readFileSync(join(repositoryRoot, vsix)));
const unpacked = files.reduce((total, { size }) => total + size, 0);
const whole: Row[] = [
  {
    system: 'causeway',
    start_mb: bundles[0]?.mb,
    folder_mb: mb(unpacked),
    vsix_mb: mb(sizeOf(join(repositoryRoot, vsix))),
  },
];
if (existsSync(copilot)) {
  whole.push({
    system: 'copilot',
    start_mb: mb(sizeOf(join(copilot, 'dist', 'extension.js'))),
    folder_mb: mb(folderSize(copilot)),
  });
} else process.stdout.write(`copilot: not in this VS Code (${copilot} is missing).\n`);
whole.push({ system: 'limit', vsix_mb: mb(2 * 1024 * 1024) });

await removeScratch();
await finish('size', [
  { name: 'what is shipped', rows: whole },
  { name: 'bundles', rows: bundles },
]);
