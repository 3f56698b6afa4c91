/**
 * `npm run bench`: every benchmark of this folder but the soak in turn, or those that are named. `-- --json FILE` writes the
 * figures of one benchmark as it does alone, and of several as `{ benchmarks: [ … ] }`; other options go to each.
 */
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const known = globSync('*.ts', { cwd: here })
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith('--'));
const names = firstOption < 0 ? args : args.slice(0, firstOption);
const options = firstOption < 0 ? [] : args.slice(firstOption);
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are ${known.join(', ')}.`);
  process.exit(2);
}

/** Takes longer than all others together, and is run where it is named. */
const onlyNamed = ['soak'];
const wanted = names.length > 0 ? names : known.filter((name) => !onlyNamed.includes(name));
const at = options.indexOf('--json');
const json = at < 0 ? undefined : options[at + 1];
if (at >= 0) options.splice(at, 2);

const scratch = mkdtempSync(join(tmpdir(), 'causeway-bench-'));
const failed = [];
const figures = [];
for (const name of wanted) {
  const file = join(scratch, `${name}.json`);
  console.log(`\n── ${name}`);
  const { status } = spawnSync(process.execPath, [join(here, `${name}.ts`), ...options, '--json', file], {
    stdio: 'inherit',
  });
  if (status === 0) figures.push(JSON.parse(readFileSync(file, 'utf8')));
  else failed.push(name);
}
rmSync(scratch, { recursive: true, force: true });

if (json !== undefined) {
  mkdirSync(dirname(json), { recursive: true });
  const result = wanted.length === 1 ? figures[0] : { benchmarks: figures };
  if (result) writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
}
if (failed.length > 0) console.error(`\nNot measured, because it failed: ${failed.join(', ')}.`);
process.exitCode = failed.length > 0 ? 1 : 0;
