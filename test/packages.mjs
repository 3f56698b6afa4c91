/** The packages of this repository, and the Node among them that runs everything else. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node that `npm ci` installs: scripts in TypeScript need it, whatever Node started them. */
export const node = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/**
 * `npm ci`, unless the packages are those of this lockfile.
 * Resolves with nothing where they are there now, and else with what went wrong, as a sentence.
 */
export async function installPackages() {
  const stamp = join(root, 'node_modules', '.causeway-lock');
  const wantedStamp = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === wantedStamp;
  if (fresh && existsSync(node)) return undefined;
  console.log('── npm ci');
  const { code } = await spawned('npm', ['ci', '--no-audit', '--no-fund', '--loglevel', 'error']);
  if (code !== 0) return 'npm ci failed.';
  if (!existsSync(node)) return `npm ci left no ${node}: its install script did not run.`;
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wantedStamp);
  return undefined;
}

/**
 * Runs a command in the root, shows its output as it comes unless it is to be quiet, and resolves with its code and its
 * output. What takes longer than `limitMs` is ended with all it has started, and has failed.
 */
export function spawned(command, args, limitMs, isQuiet = false) {
  return new Promise((resolve) => {
    const isWindows = process.platform === 'win32';
    const shell = isWindows && command === 'npm';
    // A group of its own, so that it can be ended as a whole.
    const detached = limitMs !== undefined && !isWindows;
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell, detached });
    const end = (signal) => {
      if (detached) process.kill(-child.pid, signal);
      else child.kill(signal);
    };
    const impatient =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            tell(`\nEnded: it took longer than ${limitMs / 60_000} minutes.\n`);
            end('SIGKILL');
          }, limitMs);
    const interrupted = () => end('SIGKILL');
    if (detached) process.once('exit', interrupted);
    let output = '';
    const tell = (text) => {
      output += text;
      if (!isQuiet) process.stdout.write(text);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', tell);
    const done = (code, text) => {
      clearTimeout(impatient);
      process.off('exit', interrupted);
      resolve({ code, output: text });
    };
    child.once('error', (error) => done(1, `${output}${error.message}`));
    child.once('close', (code) => done(code ?? 1, output));
  });
}
