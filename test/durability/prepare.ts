/**
 * Looks whether this machine has what a suite needs: `node prepare.ts strace` for that about syncing and
 * `node prepare.ts redis` for those about Redis, which are installed on Debian or Ubuntu by root where they are missing,
 * and `node prepare.ts disk` for that about a full disk.
 */
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisProgram } from '../support/redis.ts';
import { run } from '../support/vscode/run.ts';

/** Tells the caller that this machine cannot run the suite, as the code 77 does in other test drivers. */
const notRun = 77;

const isThere = (program: string): boolean =>
  (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));

/** Why the Debian package of that name cannot be had, or nothing. */
async function install(name: string): Promise<string | undefined> {
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0)
    return `${name} was not found, and cannot be installed here. Debian: apt-get install ${name}.`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', name]]) {
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

async function strace(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'strace is for Linux.';
  const missing = isThere('strace') ? undefined : await install('strace');
  return missing ?? ((await isAllowed()) ? undefined : 'strace may not trace processes here.');
}

async function redis(): Promise<string | undefined> {
  if (redisProgram() !== undefined) return undefined;
  // It has the server too, and starts no service of the system.
  return (
    (await install('redis-tools')) ??
    (redisProgram() === undefined ? 'redis-tools has no server.' : undefined)
  );
}

const needs = { strace, redis, disk: mount };
const wanted = process.argv[2];
const need = Object.entries(needs).find(([name]) => name === wanted);
if (!need) throw new Error(`${wanted} is none of ${Object.keys(needs).join(', ')}.`);
const reason = await need[1]();
if (reason !== undefined) {
  process.stdout.write(`${reason}\n`);
  process.exitCode = notRun;
}
