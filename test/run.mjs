/**
 * `npm test`: everything, on a machine that has Node (20 or newer) and npm and nothing else.
 * Installs the packages where they are missing or stale, runs each step, and ends with one line,
 * `N passed, N failed`. A step that has no tests in it counts as one. Suites that cannot run here (no
 * browser) are named as not run, which fails only where CI is set. `-- unit host` runs those steps alone.
 * Files that drive a whole browser and fail are run once more, and named as flaky where they pass then: a busy
 * machine may close a menu or draw a view late, and a fault of ours fails twice.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, node, spawned } from './packages.mjs';

const notRun = 77;
/** No step takes so long; one that does has something that never ends. */
const stepLimitMs = 10 * 60_000;

const mocha = (...patterns) => [
  'node_modules/mocha/bin/mocha.js',
  '--forbid-only',
  '--forbid-pending',
  ...patterns,
];
/** Files of tests that share nothing run beside each other; mocha's own default leaves one of two cores idle. */
const beside = ['--parallel', '--jobs', String(availableParallelism())];
/**
 * Steps that are `behind` run one after the other beside the rest, which leaves one of two cores idle now and then. A
 * step that needs the machine as they leave it is `after` them.
 */
const steps = [
  { name: 'build', args: ['esbuild.mjs', '--tests'] },
  { name: 'lint', behind: true, args: ['node_modules/@biomejs/biome/bin/biome', 'ci'] },
  { name: 'types', behind: true, args: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
  {
    name: 'types of the panel',
    behind: true,
    args: ['node_modules/typescript/bin/tsc', '-p', 'media/tsconfig.json'],
  },
  {
    name: 'types of panel tests',
    behind: true,
    args: ['node_modules/typescript/bin/tsc', '-p', 'test/panel/tsconfig.json'],
  },
  { name: 'deadcode', behind: true, args: ['node_modules/knip/bin/knip.js'] },
  { name: 'unit', tests: 'mocha', args: mocha(...beside, '--timeout', '20000', 'test/unit/**/*.test.ts') },
  {
    name: 'conformance',
    tests: 'mocha',
    args: mocha(
      ...beside,
      '--require',
      'test/conformance/cli/built.ts',
      '--timeout',
      '60000',
      'test/conformance/**/*.test.ts',
    ),
  },
  // Each may install something, which one at a time can do.
  { name: 'strace', args: ['test/durability/prepare.ts', 'strace'] },
  { name: 'small disk', args: ['test/durability/prepare.ts', 'disk'] },
  { name: 'redis server', args: ['test/durability/prepare.ts', 'redis'] },
  { name: 'browser', args: ['test/support/vscode/prepare.ts'] },
  { name: 'kills', tests: 'mocha', behind: true, args: mocha('test/durability/kills.test.ts') },
  {
    name: 'full disk',
    tests: 'mocha',
    behind: true,
    needs: 'small disk',
    args: mocha('test/durability/fullDisk.test.ts'),
  },
  {
    name: 'syncs',
    tests: 'mocha',
    behind: true,
    needs: 'strace',
    args: mocha('--timeout', '60000', 'test/durability/syncs.test.ts'),
  },
  { name: 'host', tests: 'host', needs: 'browser', args: ['test/support/vscode/runHost.ts', 'current'] },
  {
    name: 'floor',
    tests: 'host',
    behind: true,
    needs: 'browser',
    args: ['test/support/vscode/runHost.ts', 'floor'],
  },
  {
    name: 'panel',
    tests: 'mocha',
    needs: 'browser',
    options: [...beside, '--timeout', '90000'],
    files: 'test/panel/**/*.e2e.ts',
  },
  // Packs after the suites above have used the build with source maps; the packed one is tested next.
  { name: 'package', after: true, args: ['test/package.mjs'] },
  // Beside windows that wait for each other, since its instances wait for leases to end.
  {
    name: 'redis',
    tests: 'mocha',
    behind: true,
    needs: 'redis server',
    args: mocha(
      '--require',
      'test/conformance/cli/built.ts',
      '--timeout',
      '60000',
      'test/redis/**/*.test.ts',
    ),
  },
  {
    name: 'e2e',
    tests: 'mocha',
    needs: 'browser',
    options: [...beside, '--timeout', '120000', '--require', 'test/e2e/support/pictures.ts'],
    files: 'test/e2e/**/*.e2e.ts',
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. Steps: ${steps.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

// Steps have groups of their own, which a terminal's Ctrl+C does not reach; leaving ends them.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

const unprepared = await installPackages();
if (unprepared !== undefined) {
  console.error(unprepared);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const unavailable = new Set();
const results = [];
let behind = Promise.resolve();
for (const step of steps) {
  if (wanted.length > 0 && !wanted.includes(step.name)) continue;
  const run = async () => void results.push(await runStep(step));
  if (step.behind) {
    behind = behind.then(run);
    continue;
  }
  if (step.after) await behind;
  await run();
}
await behind;
finish();

async function runStep(step) {
  if (!step.behind) console.log(`\n── ${step.name}`);
  if (unavailable.has(step.needs)) return { name: step.name, passed: 0, failed: 0, seconds: 0, notRun: true };
  const started = performance.now();
  const { code, ...result } = step.files ? await inBrowser(step) : await ran(step);
  const seconds = (performance.now() - started) / 1000;
  if (code === notRun) unavailable.add(step.name);
  return { name: step.name, seconds, ...result };
}

async function ran(step) {
  const { code, output } = await spawned(node, step.args, stepLimitMs, step.behind);
  // As a whole, so that it does not stand between another's lines.
  if (step.behind) console.log(`\n── ${step.name}\n${output}`);
  return { code, ...counted(step, code, output) };
}

/** Runs files of tests, and those in which one failed a second time. */
async function inBrowser(step) {
  const { code, byFile, ...first } = await ranByFile(step, [step.files]);
  const failing = Object.keys(byFile).filter((file) => byFile[file].failed > 0);
  if (code === 0 || code === notRun || failing.length === 0) return { code, ...first };
  console.log(`\n── ${step.name}, once more: ${failing.join(', ')}`);
  const second = await ranByFile(step, failing);
  const elsewhere = Object.keys(byFile).filter((file) => !failing.includes(file));
  const passed = elsewhere.reduce((total, file) => total + byFile[file].passed, second.passed);
  const flaky = failing.filter((file) => second.byFile[file]?.failed === 0);
  return { code: second.code, passed, failed: second.failed, flaky };
}

async function ranByFile(step, files) {
  const scratch = mkdtempSync(join(tmpdir(), 'causeway-tests-'));
  const results = join(scratch, 'results.json');
  const reporter = ['--reporter', 'test/support/byFile.mjs'];
  process.env.RESULTS_BY_FILE = results;
  const result = await ran({ ...step, args: mocha(...reporter, ...step.options, ...files) });
  const byFile = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : {};
  rmSync(scratch, { recursive: true });
  return { ...result, byFile };
}

/** A step that failed counts at least one failure, also where its report counts none. */
function counted(step, code, output) {
  if (code === notRun) return { passed: 0, failed: 0, notRun: true };
  const { passed, failed } = step.tests
    ? reported(step.tests, output)
    : { passed: code === 0 ? 1 : 0, failed: 0 };
  const empty = step.tests !== undefined && passed + failed === 0;
  return { passed, failed: (code !== 0 || empty) && failed === 0 ? 1 : failed };
}

/** Reads the counts from the end of a report, whose tests may print such lines of their own before it. */
function reported(kind, output) {
  const last = (pattern) => Number([...plain(output).matchAll(pattern)].at(-1)?.[1] ?? 0);
  if (kind === 'host')
    return { passed: last(/^(\d+) passed, \d+ failed$/gm), failed: last(/^\d+ passed, (\d+) failed$/gm) };
  return { passed: last(/^ {2}(\d+) passing/gm), failed: last(/^ {2}(\d+) failing/gm) };
}

function plain(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes that colour a terminal begin with one.
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}

function finish() {
  console.log('\n── summary');
  for (const { name, seconds, passed, failed, flaky = [], notRun: skipped } of results) {
    const verdict = skipped
      ? 'not run'
      : failed > 0
        ? `FAILED (${passed} passed, ${failed} failed)`
        : `passed (${[passed, ...flaky.map((file) => `flaky: ${file}`)].join(', ')})`;
    console.log(`${name.padEnd(22)} ${`${seconds.toFixed(1)} s`.padStart(8)}  ${verdict}`);
  }
  const idle = results.filter((result) => result.notRun).map(({ name }) => name);
  if (idle.length > 0) console.log(`Not run on this machine: ${idle.join(', ')}.`);
  const passed = results.reduce((total, result) => total + result.passed, 0);
  const failed = results.reduce((total, result) => total + result.failed, process.env.CI ? idle.length : 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}
