/** Indexes of workspaces that nobody opens any more: they are made of files, and are made anew from them. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { lockName } from './indexFolder.ts';
import { takeLock } from './ownLock.ts';

/** Who comes back to a workspace after a quarter of a year waits for it to be read once more. */
const unusedMs = 90 * 24 * 60 * 60 * 1000;
/** Ids of workspaces; whatever else lies there is not ours. */
const id = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Deletes those that lie beside the index of a workspace. Never throws. */
export function removeUnusedBeside(folder: string, now = Date.now()): void {
  const own = basename(folder);
  if (!id.test(own)) return;
  try {
    for (const name of readdirSync(dirname(folder)))
      if (name !== own && id.test(name)) removeUnused(join(dirname(folder), name), now);
  } catch {
    // Nothing can be listed, so nothing is known to be left over.
  }
}

function removeUnused(folder: string, now: number): void {
  try {
    // A folder changes with the lock that comes and goes with each use; one that is in use for so long is locked.
    if (now - statSync(folder).mtimeMs < unusedMs || !takeLock(join(folder, lockName))) return;
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // It is tried again with the next start.
  }
}
