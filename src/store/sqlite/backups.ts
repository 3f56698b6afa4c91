/** Copies of a database in a folder beside it: rotating backups, and one from before each migration. */
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';

/** Backups kept; the newest is at most a day old, the oldest lets a mistake of the last days be found again. */
const kept = 3;
const dayMs = 24 * 60 * 60 * 1000;

const backupEnd = '.backup';
const migrationEnd = '.before-migration';
/** A copy that is being made, or was when its process died. */
const partEnd = '.part';

const folderOf = (file: string): string => join(dirname(file), 'backups');

/** Paths of a database's backups, newest first. */
export const backupsOf = (file: string): string[] => named(file, [backupEnd]);

/** Every copy that may hold what the database holds, complete or not. */
export const copiesOf = (file: string): string[] => named(file, [backupEnd, migrationEnd, partEnd]);

function named(file: string, ends: readonly string[]): string[] {
  const prefix = `${basename(file)}.`;
  try {
    return readdirSync(folderOf(file))
      .filter((name) => name.startsWith(prefix) && ends.some((end) => name.endsWith(end)))
      .sort()
      .reverse()
      .map((name) => join(folderOf(file), name));
  } catch (error) {
    // No folder yet means that no backup was made yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Made under another name first, so that a backup with its own name is always a whole one.
 * `isCurrent` says afterwards whether it may stay; if not, it is made again.
 */
export async function makeBackup(
  db: DatabaseSync,
  file: string,
  now: number,
  isCurrent: (copy: string) => boolean,
): Promise<string> {
  const target = pathFor(file, now, backupEnd);
  const part = startPart(target);
  for (;;) {
    await backup(db, part);
    renameSync(part, target);
    if (isCurrent(target)) break;
    rmSync(target);
  }
  for (const old of backupsOf(file).slice(kept)) rmSync(old, { force: true });
  return target;
}

/** Call while nobody else can write: a connection of its own reads what was committed before. */
export function backUpBeforeMigration(file: string, toVersion: number): void {
  const target = pathFor(file, Date.now(), `.v${toVersion}${migrationEnd}`);
  const part = startPart(target);
  const source = new DatabaseSync(file, { readOnly: true });
  try {
    source.prepare('VACUUM INTO ?').run(part);
  } finally {
    source.close();
  }
  renameSync(part, target);
}

/** Whether the newest backup is older than a day. */
export function isBackupDue(file: string, now: number): boolean {
  const [newest] = backupsOf(file);
  return newest === undefined || now - statSync(newest).mtimeMs > dayMs;
}

export function removeCopies(file: string): void {
  for (const path of copiesOf(file)) rmSync(path, { force: true });
}

/** A name that is free, with the time in it, so that names sort as the copies were made. */
function pathFor(file: string, now: number, end: string): string {
  for (let time = now; ; time++) {
    const stamp = new Date(time).toISOString().replace(/[:.]/g, '-');
    const path = join(folderOf(file), `${basename(file)}.${stamp}${end}`);
    if (!existsSync(path)) return path;
  }
}

function startPart(target: string): string {
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const part = `${target}.${process.pid}${partEnd}`;
  rmSync(part, { force: true });
  // Created here, because SQLite would use the process's mask.
  closeSync(openSync(part, 'a', 0o600));
  chmodSync(part, 0o600);
  return part;
}
