/**
 * Whether a session database is what was written. To be sure all of it is read, which takes about 5 ms a megabyte; what
 * a start can afford is a look at what reading relies on: the small tables, and whether each way to the entries of a
 * session leads to all of them. Each entry has its own checksum, which is compared when it is read.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { journalOf, versionOf } from '../connection.ts';
import { isDamage } from '../sqliteErrors.ts';
import { backupsOf } from './backups.ts';
import { PayloadCodec } from './codec.ts';
import { openForReading } from './database.ts';
import { draftColumns } from './drafts.ts';
import { isDue, recodeKey, scrubKey } from './due.ts';
import { keyState } from './keyCheck.ts';
import { migrations } from './migrations/index.ts';
import { holds } from './rowSum.ts';
import { sessionColumns } from './sessionTable.ts';
import { turnColumns } from './turnTable.ts';

/** Small tables whose rows are all compared with their checksums; an entry is compared when it is read. */
const checked = { session: sessionColumns, turn: turnColumns, draft: draftColumns };

/**
 * Up to so many bytes all of it is read at once: 80 ms, which nobody notices. More would hold up the window that opens
 * for as long as the sessions are large.
 */
const readAtOnce = 16 * 2 ** 20;

/** `unproven`: nothing is wrong as far as was looked; it must be read as a whole before it is written. */
export type Soundness = 'sound' | 'damaged' | 'unproven';

/** What a start finds out. */
export function lookAt(file: string): Soundness {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= readAtOnce) return isSound(file) ? 'sound' : 'damaged';
  let isReady = true;
  const looksSound = holdsIn(file, (db) => {
    isReady = isReadyForReading(db);
    return isReady ? fits(db) && waysLead(db) : isWhole(db);
  });
  if (!looksSound) return 'damaged';
  return isReady ? 'unproven' : 'sound';
}

/** Whether opening it writes nothing: it has this version's tables and journal, and no purge to be finished. */
function isReadyForReading(db: DatabaseSync): boolean {
  return (
    versionOf(db) === migrations.length &&
    journalOf(db) === 'wal' &&
    (hasTranscript(db) || keyState(db, new PayloadCodec(undefined)) !== 'plain') &&
    ![scrubKey, recodeKey].some((key) => isDue(db, key))
  );
}

/** The index of full-text search; of an encrypted database it is in memory. */
const hasTranscript = (db: DatabaseSync): boolean =>
  db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'transcript'`).get() !== undefined;

/**
 * A file that is not there is sound while no backup says that there was one; one that cannot be read for other reasons
 * than damage is left to the caller.
 */
export const isSound = (file: string): boolean => holdsIn(file, isWhole);

/** The same of a database that is open; throws where it could not be read, which proves nothing. */
export const provesSound = (file: string): boolean =>
  holdsIn(file, isWhole, (error) => {
    throw error;
  });

function holdsIn(
  file: string,
  check: (db: DatabaseSync) => boolean,
  unread: (error: unknown) => boolean = () => true,
): boolean {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return backupsOf(file).length === 0;
  // SQLite takes an empty file for a new database; one that had content before has left traces beside it.
  if (size === 0) return backupsOf(file).length === 0 && !hasContent(`${file}-wal`);
  if (!hasKnownFormat(file)) return false;
  try {
    const db = openForReading(file);
    try {
      return check(db);
    } finally {
      db.close();
    }
  } catch (error) {
    return isDamage(error) ? false : unread(error);
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

const isWhole = (db: DatabaseSync): boolean =>
  db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check === 'ok' && fits(db);

function fits(db: DatabaseSync): boolean {
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

/** The ways on which the entries of a session are read. */
const ways = ['entry_by_seq', 'entry_by_id', 'entry_by_kind'];

/** Whether each of them leads to all entries; a whole check compares them one by one. */
const waysLead = (db: DatabaseSync): boolean =>
  ways.every((way) => {
    const counted = `SELECT count(*) FROM entry INDEXED BY ${way} WHERE session_id = s.id`;
    const misled = `SELECT 1 FROM session AS s WHERE s.entry_count <> (${counted}) LIMIT 1`;
    return db.prepare(misled).get() === undefined;
  });

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
