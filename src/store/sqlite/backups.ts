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
import { isNoError } from '../sqliteErrors.ts';
import { isAlive } from './holder.ts';

/** Backups kept; the newest is at most a day old, the oldest lets a mistake of the last days be found again. */
const kept = 3;
const dayMs = 24 * 60 * 60 * 1000;

const backupEnd = '.backup';
const migrationEnd = '.before-migration';
/** A copy that is being made, or was when its process died. */
const partEnd = '.part';

const folderOf = (file: string): string => join(dirname(file), 'backups');

/** A clock is set back by less than this, in ms, without being wrong. */
const clockSlackMs = 60_000;

/** Copies that may end without a reason in a row; one in twenty does on a busy machine. */
const mostTries = 5;

/** Paths of a database's backups, newest first. One from the future was made by a wrong clock and counts as oldest. */
export function backupsOf(file: string, now: number = Date.now()): string[] {
  const latest = stampOf(now + clockSlackMs);
  const paths = named(file, [backupEnd]);
  const isFuture = (path: string): boolean => basename(path).slice(basename(file).length + 1) > `${latest}~`;
  return [...paths.filter((path) => !isFuture(path)), ...paths.filter(isFuture)];
}

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
    await copied(db, target, part);
    renameSync(part, target);
    if (isCurrent(target)) break;
    rmSync(target);
  }
  const others = backupsOf(file, now).filter((path) => path !== target);
  for (const old of others.slice(kept - 1)) rmSync(old, { force: true });
  return target;
}

async function copied(db: DatabaseSync, target: string, part: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await backup(db, part);
      return;
    } catch (error) {
      if (!isNoError(error) || tries === mostTries) throw error;
      startPart(target);
    }
  }
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

/** Whether there is no backup of the last day. */
export function isBackupDue(file: string, now: number): boolean {
  const [newest] = backupsOf(file, now);
  if (newest === undefined) return true;
  const age = now - statSync(newest).mtimeMs;
  return age > dayMs || age < -clockSlackMs;
}

/** Removes what processes that died while they made a copy have left. */
export function removeDeadParts(file: string): void {
  for (const path of named(file, [partEnd])) {
    const pid = /\.(\d+)\.part$/.exec(path)?.[1];
    if (pid === undefined || !isAlive(Number(pid))) rmSync(path, { force: true });
  }
}

export function removeCopies(file: string): void {
  for (const path of copiesOf(file)) rmSync(path, { force: true });
}

/** A name that is free, with the time in it, so that names sort as the copies were made. */
function pathFor(file: string, now: number, end: string): string {
  for (let time = now; ; time++) {
    const path = join(folderOf(file), `${basename(file)}.${stampOf(time)}${end}`);
    if (!existsSync(path)) return path;
  }
}

const stampOf = (time: number): string => new Date(time).toISOString().replace(/[:.]/g, '-');

function startPart(target: string): string {
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const part = `${target}.${process.pid}${partEnd}`;
  rmSync(part, { force: true });
  // Created here, because SQLite would use the process's mask.
  closeSync(openSync(part, 'a', 0o600));
  chmodSync(part, 0o600);
  return part;
}
