/** Opening a session database: pragmas, version, migrations, what this SQLite can do. */
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { migrations } from './migrations/index.ts';
import { transaction } from './transaction.ts';

export interface OpenedDatabase {
  db: DatabaseSync;
  /** The file was written by a version with more migrations. */
  readOnly: boolean;
  journal: string;
  fullText: boolean;
}

/** Writers of other processes are waited for this long, in ms; a transaction of ours takes a few. */
const busyTimeoutMs = 10_000;

/** `:memory:` opens a database that leaves nothing on disk. */
export async function openDatabase(file: string): Promise<OpenedDatabase> {
  const inMemory = file === ':memory:';
  if (!inMemory) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  }
  const existed = !inMemory && existsSync(file);
  if (existed && versionOf(file) > migrations.length) {
    const db = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
    return { db, readOnly: true, journal: journalOf(db), fullText: hasFullText() };
  }
  const db = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  try {
    if (!inMemory) chmodSync(file, 0o600);
    db.exec('PRAGMA journal_mode = WAL');
    // An acknowledged entry must survive a loss of power, not only of the process.
    db.exec('PRAGMA synchronous = FULL');
    // Deleted content is overwritten, and nothing is spilled into temporary files.
    db.exec('PRAGMA secure_delete = ON');
    db.exec('PRAGMA temp_store = MEMORY');
    await migrate(db, existed ? file : undefined);
    return { db, readOnly: false, journal: journalOf(db), fullText: hasFullText() };
  } catch (error) {
    db.close();
    throw error;
  }
}

function versionOf(file: string): number {
  const db = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
  try {
    return userVersion(db);
  } finally {
    db.close();
  }
}

const userVersion = (db: DatabaseSync): number =>
  Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);

/** WAL is refused on network file systems; SQLite then answers with the journal it uses instead. */
const journalOf = (db: DatabaseSync): string =>
  String(db.prepare('PRAGMA journal_mode').get()?.journal_mode ?? '');

async function migrate(db: DatabaseSync, existingFile: string | undefined): Promise<void> {
  const from = userVersion(db);
  if (from >= migrations.length) return;
  if (existingFile !== undefined && from > 0)
    await backup(db, `${existingFile}.before-v${migrations.length}`);
  transaction(db, () => {
    // Another process may have migrated while we waited for the lock.
    for (let version = userVersion(db); version < migrations.length; version++) {
      migrations[version]?.(db);
      db.exec(`PRAGMA user_version = ${version + 1}`);
    }
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
