/** Which process holds a lease, and whether it is still there. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Start time in clock ticks since boot, which tells a reused process id from the old one; empty where unknown. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; field 22 is counted after it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    // There is no /proc on macOS and Windows; the process id alone has to do there.
    return '';
  }
}

/** `host|pid|start|id`; the id tells several stores of one process apart. */
export const thisHolder = (): string =>
  [hostname(), process.pid, startOf(process.pid), randomUUID()].join('|');

/** The same without what tells its stores apart: a process has one account, whichever of its workers writes it. */
export const thisProcess = thisHolder().split('|').slice(0, 3).join('|');

/** `unknown` for another host and for a process that exists; only its beat can tell more then. */
export function holderState(holder: string): 'gone' | 'unknown' {
  const [host, pidText, start] = holder.split('|');
  const pid = Number(pidText);
  if (host !== hostname() || !Number.isInteger(pid) || pid <= 0) return 'unknown';
  if (!isAlive(pid)) return 'gone';
  const now = startOf(pid);
  return now !== '' && start !== '' && now !== start ? 'gone' : 'unknown';
}

export const isOfThisMachine = (holder: string): boolean => holder.split('|')[0] === hostname();

/** Whether a process of this machine has that id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM means that it exists and belongs to someone else.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
