/** Rotating copies of a database beside it, made by SQLite's own online backup. */
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';

/** Copies kept; the newest is at most a day old, the oldest lets a mistake of the last days be found again. */
const kept = 3;
const dayMs = 24 * 60 * 60 * 1000;

const folderOf = (file: string): string => join(dirname(file), 'backups');

/** Paths of a database's backups, newest first. */
export function backupsOf(file: string): string[] {
  const prefix = `${basename(file)}.`;
  try {
    return readdirSync(folderOf(file))
      .filter((name) => name.startsWith(prefix) && name.endsWith('.backup'))
      .sort()
      .reverse()
      .map((name) => join(folderOf(file), name));
  } catch (error) {
    // No folder yet means that no backup was made yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

export async function makeBackup(db: DatabaseSync, file: string, now: number): Promise<string> {
  mkdirSync(folderOf(file), { recursive: true, mode: 0o700 });
  const time = new Date(now).toISOString().replace(/[:.]/g, '-');
  const target = join(folderOf(file), `${basename(file)}.${time}.backup`);
  await backup(db, target);
  chmodSync(target, 0o600);
  for (const old of backupsOf(file).slice(kept)) rmSync(old);
  return target;
}

/** Whether the newest backup is older than a day. */
export function isBackupDue(file: string, now: number): boolean {
  const [newest] = backupsOf(file);
  return newest === undefined || now - statSync(newest).mtimeMs > dayMs;
}

export function removeBackups(file: string): void {
  for (const path of backupsOf(file)) rmSync(path);
}
