/** Whether what was opened is what stands at a path: a folder on the way may have become a link in between. */
import { fstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';

/**
 * `real` is a path without links. Where the system tells where an open file lies, that counts, as nobody can change it;
 * else the path must lead to the same file as a moment ago. False for what cannot be looked at.
 */
export function isOpenedAt(descriptor: number, real: string): boolean {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/self/fd/${descriptor}`) === real;
    const opened = fstatSync(descriptor, { bigint: true });
    const named = statSync(real, { bigint: true });
    return opened.ino === named.ino && opened.dev === named.dev && realpathSync(real) === real;
  } catch {
    // Gone, or a system that tells nothing of open files.
    return false;
  }
}
