/** Opening the file of the user's database: modes, pragmas, version, migrations. Synchronous, so for a worker. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { busyTimeoutMs, useWal, versionOf } from '../connection.ts';
import { transaction } from '../sqlite/transaction.ts';
import { migrations } from './migrations/index.ts';

export interface OpenedFile {
  db: DatabaseSync;
  /** Written by a version with more migrations. */
  readOnly: boolean;
}

/**
 * `onCreate` fills a database that is new, in the transaction that makes it: nobody sees it half-filled.
 * Throws what SQLite and the file system throw, damage included.
 */
export function openFile(file: string, onCreate: (db: DatabaseSync) => void = () => undefined): OpenedFile {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // The editor may have made its folder for us with the user's looser mask.
  chmodSync(dirname(file), 0o700);
  // SQLite would create the file with the process's mask and give its journal the file's mode.
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const version = readVersion(file);
  if (version > migrations.length) {
    return { db: new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs }), readOnly: true };
  }
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    useWal(db);
    // A token that was shown and a workspace that was resolved must survive a loss of power.
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA secure_delete = ON');
    db.exec('PRAGMA temp_store = MEMORY');
    const check = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
    if (check !== 'ok') throw new DamagedDatabase(`quick_check: ${String(check)}`);
    migrate(db, file, onCreate);
    return { db, readOnly: false };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The database opens, yet what it holds is not what was written. */
export class DamagedDatabase extends Error {
  constructor(what: string, options?: { cause: unknown }) {
    super(`The user's database is damaged: ${what}`, options);
    this.name = 'DamagedDatabase';
  }
}

function readVersion(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
  try {
    return versionOf(db);
  } finally {
    db.close();
  }
}

function migrate(db: DatabaseSync, file: string, onCreate: (db: DatabaseSync) => void): void {
  const from = versionOf(db);
  if (from >= migrations.length) return;
  if (from > 0) backUp(db, `${file}.before-v${migrations.length}`);
  transaction(db, () => {
    // Another process may have migrated while we waited for the lock.
    const isNew = versionOf(db) === 0;
    for (let version = versionOf(db); version < migrations.length; version++) {
      migrations[version]?.(db);
      db.exec(`PRAGMA user_version = ${version + 1}`);
    }
    if (isNew) onCreate(db);
  });
}

/** Keeps the first backup made for a version: a later one could hold what a half-done migration left. */
function backUp(db: DatabaseSync, target: string): void {
  if (existsSync(target)) return;
  const partial = `${target}.${process.pid}`;
  rmSync(partial, { force: true });
  closeSync(openSync(partial, 'a', 0o600));
  db.prepare('VACUUM INTO ?').run(partial);
  renameSync(partial, target);
}

/** Tells one file from another that took its name; undefined where there is none. */
export const inodeOf = (file: string): bigint | undefined =>
  statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
