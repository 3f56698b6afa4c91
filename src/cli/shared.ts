/** `--store`: what instances on several machines share, and the name that all of them give the workspace. */
import { createHash } from 'node:crypto';
import { usageInvalid } from '../core/errors.ts';
import type { SharedState } from '../openCore.ts';
import { type RedisAddress, redisAddress } from '../store/redis/address.ts';
import { fingerprintOf } from '../store/user/fingerprint.ts';
import type { UserDatabase } from '../store/user/openUserDatabase.ts';
import type { Place } from './place.ts';
import { secretFrom } from './privateFile.ts';

interface SharedFlags {
  store?: string | undefined;
  workspace?: string | undefined;
}

/**
 * Where the flag, or the environment, where a password is seen by fewer, says that things are kept, if anywhere. Throws
 * `invalid_input`, `secret_file_too_open`.
 */
export async function sharedAddressOf(
  { store }: Pick<SharedFlags, 'store'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RedisAddress | undefined> {
  const url = store || (await secretFrom(env, 'CAUSEWAY_STORE'));
  return url ? redisAddress(url) : undefined;
}

/** The user's own, as all instances share it. Loaded only where something is in Redis. */
export async function openUsersAt(address: RedisAddress, here: UserDatabase): Promise<UserDatabase> {
  const { openSharedUsers } = await import('../store/redis/user/sharedUsers.ts');
  return openSharedUsers(here, address);
}

/** What is shared at the address that `sharedAddressOf` gave; undefined where nothing is. Throws `usage_invalid`. */
export async function sharedStateOf(
  flags: Pick<SharedFlags, 'workspace'>,
  address: RedisAddress | undefined,
  { path }: Place,
  command: string,
): Promise<SharedState | undefined> {
  if (address === undefined) {
    if (flags.workspace !== undefined)
      throw usageInvalid(
        '--workspace names what instances share, and goes with --store.',
        `${command} --help`,
      );
    return undefined;
  }
  // The same repository has the same first commit wherever it is checked out.
  const name = flags.workspace ?? (await fingerprintOf(path, { git: true }))?.gitRoot;
  if (name === undefined || name === '')
    throw usageInvalid(
      'The folder has no history in git by which other instances would know it. Give each of them the same --workspace NAME.',
      `${command} --help`,
    );
  const workspaceId = idOf(name);
  return {
    workspaceId,
    openSessions: async (log) => {
      // Loaded only where sessions are in Redis.
      const { RedisStore } = await import('../store/redis/redisStore.ts');
      return RedisStore.open(address, workspaceId, log);
    },
    openUsers: (here) => openUsersAt(address, here),
  };
}

/** A UUID that comes from the name alone (version 8, which is for ways of one's own). */
function idOf(name: string): string {
  const hex = createHash('sha256').update(`causeway workspace ${name}`).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 3) | 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
