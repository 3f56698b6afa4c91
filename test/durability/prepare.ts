/** Finds strace, which the suite about syncing needs; on Debian or Ubuntu and as root it is installed where it is missing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../support/vscode/run.ts';

/** Tells the caller that this machine cannot run the suite, as the code 77 does in other test drivers. */
const notRun = 77;

const isThere = (): boolean =>
  (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, 'strace')));

/** Why strace cannot be had, or nothing. */
async function install(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'strace is for Linux.';
  if (isThere()) return undefined;
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0)
    return 'strace was not found, and cannot be installed here. Debian: apt-get install strace.';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'strace']]) {
    const { code, output } = await run('apt-get', args, { env });
    if (code !== 0) return `apt-get ${args[0]} failed: ${output.trim().split('\n').at(-1)}`;
  }
  return undefined;
}

/** A sandbox may have strace and forbid what it does. */
async function isAllowed(): Promise<boolean> {
  const { code } = await run('strace', ['-f', '-o', '/dev/null', 'true'], {});
  return code === 0;
}

const reason =
  (await install()) ?? ((await isAllowed()) ? undefined : 'strace may not trace processes here.');
if (reason !== undefined) {
  process.stdout.write(`${reason}\n`);
  process.exitCode = notRun;
}
