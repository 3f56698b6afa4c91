/**
 * Looks whether this machine has what a suite needs: `node prepare.ts strace` for that about syncing, which is installed
 * on Debian or Ubuntu by root where it is missing, and `node prepare.ts disk` for that about a full disk.
 */
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  const { code } = await run('strace', ['-f', '-o', '/dev/null', 'true']);
  return code === 0;
}

/** Whether a small disk can be mounted for the suite about full ones. */
async function mount(): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-mount-'));
  try {
    if (process.platform !== 'linux') return 'A small disk can be made on Linux only.';
    const { code } = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    if (code !== 0) return 'A small disk cannot be mounted here, which takes root.';
    await run('umount', [folder]);
    return undefined;
  } finally {
    rmdirSync(folder);
  }
}

const strace = async (): Promise<string | undefined> =>
  (await install()) ?? ((await isAllowed()) ? undefined : 'strace may not trace processes here.');

const reason = await (process.argv[2] === 'disk' ? mount() : strace());
if (reason !== undefined) {
  process.stdout.write(`${reason}\n`);
  process.exitCode = notRun;
}
