/** Whether what was opened is what stands at a path: a folder on the way may have become a link in between. */
import { fstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';

/**
 * `real` is a path without links. Where the system tells where an open file lies, that counts, as nobody can change it;
 * else the path must lead to the same file as a moment ago. False for what cannot be looked at.
 */
export function isOpenedAt(descriptor: number, real: string): boolean {
  try {
    const told = toldPath(descriptor);
    if (told !== undefined) return told === real;
    const opened = fstatSync(descriptor, { bigint: true });
    const named = statSync(real, { bigint: true });
    return opened.ino === named.ino && opened.dev === named.dev && realpathSync(real) === real;
  } catch {
    // It is gone.
    return false;
  }
}

/** Where an open file lies, as Linux tells it; undefined elsewhere, and where there is no `/proc`. */
function toldPath(descriptor: number): string | undefined {
  try {
    return process.platform === 'linux' ? readlinkSync(`/proc/self/fd/${descriptor}`) : undefined;
  } catch {
    // Some containers have none.
    return undefined;
  }
}
