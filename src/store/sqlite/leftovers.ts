/** What a process that died in the middle of its work left beside a database; it may hold what was deleted since. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { removeDeadParts } from './backups.ts';
import { isAlive } from './holder.ts';

const repairedEnd = '.repaired';

/** Where this process puts a repaired database together; what stands beside it begins with the same name. */
export const repairedName = (file: string): string => `${file}${repairedEnd}-${process.pid}`;

export function removeLeftovers(file: string): void {
  removeDeadParts(file);
  const prefix = basename(file) + repairedEnd;
  for (const name of readdirSync(dirname(file))) {
    if (!name.startsWith(prefix)) continue;
    const pid = /^-(\d+)/.exec(name.slice(prefix.length))?.[1];
    if (pid === undefined || !isAlive(Number(pid))) rmSync(join(dirname(file), name), { force: true });
  }
}
