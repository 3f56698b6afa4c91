/** Opening a session database: pragmas, version, migrations, what this SQLite can do. */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { busyTimeoutMs, journalOf, useWal, versionOf } from '../connection.ts';
import { backUpBeforeMigration } from './backups.ts';
import { migrations } from './migrations/index.ts';
import { transaction } from './transaction.ts';

export interface OpenedDatabase {
  db: DatabaseSync;
  /** The file was written by a version with more migrations. */
  readOnly: boolean;
  journal: string;
  fullText: boolean;
}

/** `:memory:` opens a database that leaves nothing on disk. */
export function openDatabase(file: string): OpenedDatabase {
  const inMemory = file === ':memory:';
  if (!inMemory) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // SQLite would create the file with the process's mask and give its journal the file's mode.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
  }
  if (!inMemory && isNewer(file)) {
    const db = openForReading(file);
    return { db, readOnly: true, journal: journalOf(db), fullText: hasFullText() };
  }
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    useWal(db);
    // An acknowledged entry must survive a loss of power, not only of the process.
    db.exec('PRAGMA synchronous = FULL');
    // Deleted content is overwritten, and nothing is spilled into temporary files.
    db.exec('PRAGMA secure_delete = ON');
    db.exec('PRAGMA temp_store = MEMORY');
    migrate(db, inMemory ? undefined : file);
    return { db, readOnly: false, journal: journalOf(db), fullText: hasFullText() };
  } catch (error) {
    db.close();
    throw error;
  }
}

export const openForReading = (file: string): DatabaseSync =>
  new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });

function isNewer(file: string): boolean {
  if (!existsSync(file)) return false;
  const db = openForReading(file);
  try {
    return versionOf(db) > migrations.length;
  } finally {
    db.close();
  }
}

function migrate(db: DatabaseSync, file: string | undefined): void {
  if (versionOf(db) >= migrations.length) return;
  transaction(db, () => {
    // Another process may have migrated while we waited for the lock; now nobody can.
    const from = versionOf(db);
    if (from >= migrations.length) return;
    if (file !== undefined && from > 0) backUpBeforeMigration(file, migrations.length);
    for (let version = from; version < migrations.length; version++) migrations[version]?.(db);
    db.exec(`PRAGMA user_version = ${migrations.length}`);
    // The version stands in the file's header, where a flipped bit would pass for another version.
    db.prepare(
      `INSERT INTO meta VALUES ('version', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ).run(migrations.length);
  });
}

function hasFullText(): boolean {
  const probe = new DatabaseSync(':memory:');
  try {
    probe.exec('CREATE VIRTUAL TABLE probe USING fts5(text)');
    return true;
  } catch {
    // This SQLite was built without FTS5; the status says so and search answers with nothing.
    return false;
  } finally {
    probe.close();
  }
}
