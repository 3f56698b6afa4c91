/**
 * What is done with a database that cannot be read: it is set aside with its name kept, and every row that can
 * still be read goes into a fresh one, with the newest backup filling in what is missing.
 */
import { existsSync, renameSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { backupsOf } from './backups.ts';
import type { PayloadCodec } from './codec.ts';
import { openDatabase } from './database.ts';
import { EntryRows } from './entryRows.ts';
import { transaction } from './transaction.ts';

/** Tables in the order in which their references allow them to be filled. */
const tables = ['meta', 'session', 'entry', 'turn', 'draft', 'purged'] as const;

const sideFiles = ['', '-wal', '-shm', '-journal'];

/** Sets the damaged file aside and makes a new one; resolves to the number of entries in it. */
export async function salvage(
  file: string,
  codec: PayloadCodec,
  now: number,
): Promise<{ entries: number; keptAs: string }> {
  const keptAs = `${file}.damaged-${new Date(now).toISOString().replace(/[:.]/g, '-')}`;
  for (const suffix of sideFiles) {
    if (existsSync(file + suffix)) renameSync(file + suffix, keptAs + suffix);
  }
  const { db } = await openDatabase(file);
  try {
    for (const source of [keptAs, ...backupsOf(file)]) {
      copyFrom(source, db);
    }
    dropUnreadable(db, codec);
    repairSessions(db);
    const entries = Number(db.prepare('SELECT count(*) AS n FROM entry').get()?.n ?? 0);
    return { entries, keptAs };
  } finally {
    db.close();
  }
}

function copyFrom(source: string, target: DatabaseSync): void {
  let db: DatabaseSync;
  try {
    db = new DatabaseSync(source, { readOnly: true });
  } catch {
    // A file that does not open at all gives nothing; the backups may.
    return;
  }
  try {
    target.exec('PRAGMA foreign_keys = OFF');
    for (const table of tables) copyTable(db, target, table);
  } finally {
    target.exec('PRAGMA foreign_keys = ON');
    db.close();
  }
}

/** Reads forwards, and backwards from the end when a damaged page stops the way, so that only that page is lost. */
function copyTable(source: DatabaseSync, target: DatabaseSync, table: (typeof tables)[number]): void {
  for (const order of ['', 'DESC']) {
    const key =
      table === 'entry' || table === 'purged'
        ? 'number'
        : table === 'meta'
          ? 'key'
          : table === 'turn'
            ? 'turn_id'
            : table === 'session'
              ? 'id'
              : 'session_id';
    let whole = false;
    transaction(target, () => {
      try {
        for (const row of source
          .prepare(`SELECT * FROM ${table} NOT INDEXED ORDER BY ${key} ${order}`)
          .iterate()) {
          const columns = Object.keys(row);
          target
            .prepare(
              `INSERT OR IGNORE INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`,
            )
            .run(...Object.values(row));
        }
        whole = true;
      } catch {
        // A page that cannot be read ends this direction; what was read before it is kept.
      }
    });
    if (whole) return;
  }
}

/** Rows whose checksum or content does not hold are left to the damaged file, which is kept. */
function dropUnreadable(db: DatabaseSync, codec: PayloadCodec): void {
  const rows = new EntryRows(db, codec);
  const remove = db.prepare('DELETE FROM entry WHERE number = ?');
  transaction(db, () => {
    for (const raw of db.prepare('SELECT * FROM entry').all()) {
      try {
        rows.read(raw);
      } catch {
        remove.run(Number(raw.number));
      }
    }
  });
}

/** Heads and counts are brought in line with the entries that are there; entries without a session get one. */
function repairSessions(db: DatabaseSync): void {
  transaction(db, () => {
    db.exec(`
      DELETE FROM meta WHERE key = 'indexed';
      INSERT OR IGNORE INTO session (id, created_at, updated_at, door, changed, codec, payload)
        SELECT DISTINCT session_id, 0, 0, 'core', 0, 0, CAST('{"title":"Recovered session","titled":true}' AS BLOB) FROM entry;
      DELETE FROM turn WHERE session_id NOT IN (SELECT id FROM session);
      DELETE FROM draft WHERE session_id NOT IN (SELECT id FROM session);
      UPDATE session SET
        entry_count = (SELECT count(*) FROM entry WHERE session_id = session.id),
        head = (SELECT id FROM entry WHERE session_id = session.id ORDER BY seq DESC LIMIT 1);
    `);
  });
}

/** Whether SQLite finds the file sound; a file that is no database is not. */
export function isSound(file: string): boolean {
  if (!existsSync(file)) return true;
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
    try {
      return db.prepare('PRAGMA quick_check(1)').get()?.quick_check === 'ok';
    } finally {
      db.close();
    }
  } catch (error) {
    return !isCorruption(error);
  }
}

/** SQLITE_CORRUPT is 11, SQLITE_NOTADB 26; see https://www.sqlite.org/rescode.html. */
export function isCorruption(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false;
  const code = Number(error.errcode) & 0xff;
  return code === 11 || code === 26;
}
