/** Work that only one process may do with a file at a time, such as a repair. Blocks the thread, which is a worker's. */
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { pause } from './sqliteErrors.ts';

/** Such work takes far less, in ms; after this its process is taken for dead. */
const timeoutMs = 15_000;

/** `lock` is the path of a file that exists while somebody is at it. */
export function alone<T>(lock: string, run: () => T): T {
  const deadline = Date.now() + 2 * timeoutMs;
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx', 0o600));
      break;
    } catch (error) {
      const isHeld = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isHeld || Date.now() > deadline) throw error;
      const lockedAt = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
      if (lockedAt !== undefined && Date.now() - lockedAt > timeoutMs) rmSync(lock, { force: true });
      else pause(50);
    }
  }
  try {
    return run();
  } finally {
    rmSync(lock, { force: true });
  }
}
