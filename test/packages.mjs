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

/** Runs a command in the root, shows its output as it comes, and resolves with its code and its output. */
export function spawned(command, args) {
  return new Promise((resolve) => {
    const shell = process.platform === 'win32' && command === 'npm';
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        process.stdout.write(text);
      });
    }
    child.once('error', (error) => resolve({ code: 1, output: `${output}${error.message}` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
