/** Work that only one process may do with a file at a time, such as a repair. Blocks the thread, which is a worker's. */
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { holderState, isOfThisMachine, thisHolder } from './sqlite/holder.ts';
import { pause } from './sqliteErrors.ts';

/** Another process is waited for this long, in ms; after that the work fails and is tried again by the next call. */
const longestWaitMs = 30_000;
/** A lock whose process cannot be asked after, because it ran on another machine, is left behind after this, in ms. */
const strangerTimeoutMs = 10 * 60_000;

/** `lock` is the path of a file that exists while somebody is at it, and names who. */
export function alone<T>(lock: string, run: () => T): T {
  const holder = thisHolder();
  const deadline = performance.now() + longestWaitMs;
  for (;;) {
    try {
      take(lock, holder);
      break;
    } catch (error) {
      const isHeld = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isHeld || performance.now() > deadline) throw error;
      if (isLeftBehind(lock)) rmSync(lock, { force: true });
      else pause(50);
    }
  }
  try {
    return run();
  } finally {
    if (holderOf(lock) === holder) rmSync(lock, { force: true });
  }
}

function take(lock: string, holder: string): void {
  const opened = openSync(lock, 'wx', 0o600);
  try {
    writeSync(opened, holder);
  } finally {
    closeSync(opened);
  }
}

function holderOf(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    // Whoever had it has just finished.
    return undefined;
  }
}

/** However long the work takes, a process that lives keeps its lock. */
function isLeftBehind(lock: string): boolean {
  const holder = holderOf(lock);
  if (holder === undefined) return false;
  if (holderState(holder) === 'gone') return true;
  if (isOfThisMachine(holder)) return false;
  const lockedAt = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  return lockedAt !== undefined && Date.now() - lockedAt > strangerTimeoutMs;
}
