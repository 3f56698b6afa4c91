/**
 * What is done with a database that is not what was written: every row that holds its checksum goes into a fresh one,
 * the backups fill in what is missing, and the damaged file is set aside with its name kept.
 */
import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { storeLocked } from '../../core/errors.ts';
import { alone } from '../alone.ts';
import { backupsOf } from './backups.ts';
import { aesCodec, PayloadCodec } from './codec.ts';
import { openDatabase } from './database.ts';
import { draftMediaColumns } from './draftMedia.ts';
import { draftColumns } from './drafts.ts';
import { entryColumns } from './entryRows.ts';
import { keyState } from './keyCheck.ts';
import { repairedName } from './leftovers.ts';
import { mend } from './mend.ts';
import { sideFiles, withFreshStart } from './pageOne.ts';
import { replaceDatabase } from './replace.ts';
import { holds } from './rowSum.ts';
import { sessionColumns } from './sessionTable.ts';
import { isSound } from './soundness.ts';
import { transaction } from './transaction.ts';
import { turnColumns } from './turnTable.ts';

interface Table {
  name: string;
  key: string;
  /** What the checksum covers; without it rows are taken as they are. */
  columns?: readonly string[];
}
/** What a backup may fill in; its turns and drafts are of another day. */
const lasting: readonly Table[] = [
  { name: 'meta', key: 'key' },
  { name: 'purged', key: 'number' },
  { name: 'session', key: 'id', columns: sessionColumns },
  { name: 'entry', key: 'number', columns: entryColumns },
];
const all: readonly Table[] = [
  ...lasting,
  { name: 'turn', key: 'turn_id', columns: turnColumns },
  { name: 'draft', key: 'session_id', columns: draftColumns },
  { name: 'draft_media', key: 'uri', columns: draftMediaColumns },
];

export interface Salvaged {
  entries: number;
  /** Path of the damaged file now; none when there was no file. */
  keptAs: string | undefined;
}

/**
 * Undefined when another process has done it before. Throws `store_locked` when the rows are encrypted and the key is
 * not there: then nothing is touched.
 */
export function salvage(file: string, given: PayloadCodec, now: number): Salvaged | undefined {
  return alone(`${file}.repair`, () => {
    if (isSound(file)) return undefined;
    const fresh = repairedName(file);
    // Whoever still writes to the damaged file waits for its lock, and then sees that it was replaced.
    const lock = lockForWriting(file);
    try {
      for (const suffix of sideFiles) rmSync(fresh + suffix, { force: true });
      const entries = fill(fresh, file, given);
      // Windows does not rename files that are open, so that the lock ends a moment earlier there.
      if (process.platform === 'win32') lock?.close();
      return { entries, keptAs: replaceDatabase(file, fresh, now) };
    } finally {
      if (lock?.isOpen) lock.close();
      for (const suffix of sideFiles) rmSync(fresh + suffix, { force: true });
    }
  });
}

/** Resolves to the number of entries that are in the fresh database. */
function fill(fresh: string, damaged: string, given: PayloadCodec): number {
  const { db } = openDatabase(fresh);
  try {
    db.exec('PRAGMA foreign_keys = OFF');
    copyFrom(damaged, db, all);
    if (countEntries(db) === 0 && existsSync(damaged))
      withFreshStart(damaged, fresh, (copy) => copyFrom(copy, db, all));
    for (const backup of backupsOf(damaged)) copyFrom(backup, db, lasting);
    const hasEncrypted =
      db.prepare('SELECT 1 FROM entry WHERE codec = ? LIMIT 1').get(aesCodec) !== undefined;
    const state = keyState(db, given);
    if (state === 'locked' || (state === 'plain' && hasEncrypted)) throw storeLocked();
    transaction(db, () => mend(db, state === 'fits' ? given : new PayloadCodec(undefined)));
    return countEntries(db);
  } finally {
    db.close();
  }
}

const countEntries = (db: DatabaseSync): number =>
  Number(db.prepare('SELECT count(*) AS n FROM entry').get()?.n ?? 0);

function lockForWriting(file: string): DatabaseSync | undefined {
  // SQLite would make an empty one.
  if (!existsSync(file)) return undefined;
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: 10_000 });
    db.exec('BEGIN IMMEDIATE');
    return db;
  } catch {
    // What is damaged so far that it cannot be locked cannot be written by others either.
    db?.close();
    return undefined;
  }
}

function copyFrom(source: string, target: DatabaseSync, tables: readonly Table[]): void {
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(source, { readOnly: true, timeout: 10_000 });
  } catch {
    // A file that does not open at all gives nothing; the other sources may.
    return;
  }
  try {
    for (const table of tables) {
      transaction(target, () => {
        for (const order of ['ASC', 'DESC'] as const) if (copyTable(db, target, table, order)) return;
      });
    }
  } finally {
    db.close();
  }
}

/** False when a page could not be read; rows before it are copied, and those of a numbered table behind it too. */
function copyTable(
  source: DatabaseSync,
  target: DatabaseSync,
  { name, key, columns }: Table,
  order: 'ASC' | 'DESC',
): boolean {
  let next: number | undefined;
  let step = 1;
  for (let attempt = 0; ; attempt++) {
    const from = next === undefined ? '' : `WHERE ${key} ${order === 'ASC' ? '>=' : '<='} ${next}`;
    try {
      const rows = source.prepare(`SELECT * FROM ${name} NOT INDEXED ${from} ORDER BY ${key} ${order}`);
      for (const row of rows.iterate()) {
        const number = row[key];
        if (typeof number === 'number') next = number;
        step = 1;
        if (columns && !holds(row, columns)) continue;
        const names = Object.keys(row);
        target
          .prepare(`INSERT OR IGNORE INTO ${name} (${names.join()}) VALUES (${names.map(() => '?').join()})`)
          .run(...Object.values(row));
      }
      return attempt === 0;
    } catch {
      // A page that cannot be read: go on behind it, in steps that grow, as its size in rows is not known.
      if (next === undefined || attempt > 60) return false;
      next += order === 'ASC' ? step : -step;
      step *= 2;
      if (next < 1 || next > Number.MAX_SAFE_INTEGER) return false;
    }
  }
}
