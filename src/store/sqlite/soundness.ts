/** Whether a session database is what was written. Reads all of it, which takes about 2 ms a megabyte. */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { versionOf } from '../connection.ts';
import { isDamage } from '../sqliteErrors.ts';
import { backupsOf } from './backups.ts';
import { openForReading } from './database.ts';
import { draftColumns } from './drafts.ts';
import { migrations } from './migrations/index.ts';
import { holds } from './rowSum.ts';
import { sessionColumns } from './sessionTable.ts';
import { turnColumns } from './turnTable.ts';

/** Small tables whose rows are all compared with their checksums; an entry is compared when it is read. */
const checked = { session: sessionColumns, turn: turnColumns, draft: draftColumns };

/**
 * A file that is not there is sound while no backup says that there was one; one that cannot be read for other reasons
 * than damage is left to the caller.
 */
export function isSound(file: string): boolean {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return backupsOf(file).length === 0;
  // SQLite takes an empty file for a new database; one that had content before has left traces beside it.
  if (size === 0) return backupsOf(file).length === 0 && !hasContent(`${file}-wal`);
  if (!hasKnownFormat(file)) return false;
  try {
    const db = openForReading(file);
    try {
      return isWhole(db);
    } finally {
      db.close();
    }
  } catch (error) {
    return !isDamage(error);
  }
}

const hasContent = (file: string): boolean => existsSync(file) && statSync(file).size > 0;

/** Bytes 18 and 19 are 1 or 2; SQLite would open a file with a higher write version, but never write it. */
function hasKnownFormat(file: string): boolean {
  const bytes = Buffer.alloc(2);
  const opened = openSync(file, 'r');
  try {
    readSync(opened, bytes, 0, 2, 18);
  } finally {
    closeSync(opened);
  }
  return bytes.every((byte) => byte === 1 || byte === 2);
}

function isWhole(db: DatabaseSync): boolean {
  if (db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check !== 'ok') return false;
  const version = versionOf(db);
  const tables = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n;
  if (version === 0) return tables === 0;
  if (db.prepare(`SELECT value FROM meta WHERE key = 'version'`).get()?.value !== version) return false;
  // What a newer version's rows must hold is not known here.
  if (version > migrations.length) return true;
  return rowsHold(db) && sessionsFit(db);
}

function rowsHold(db: DatabaseSync): boolean {
  for (const [table, columns] of Object.entries(checked)) {
    for (const row of db.prepare(`SELECT * FROM ${table}`).iterate()) {
      if (!holds(row, columns)) return false;
    }
  }
  return true;
}

/** Whether each session has the entries that its row counts, up to its head. */
function sessionsFit(db: DatabaseSync): boolean {
  const misfit = db
    .prepare(
      `SELECT 1 FROM session AS s WHERE
         s.entry_count <> (SELECT coalesce(max(seq), 0) FROM entry WHERE session_id = s.id)
         OR s.entry_count <> (SELECT count(*) FROM entry WHERE session_id = s.id)
         OR s.head IS NOT (SELECT id FROM entry WHERE session_id = s.id ORDER BY seq DESC LIMIT 1) LIMIT 1`,
    )
    .get();
  return misfit === undefined;
}
