import type { DatabaseSync } from 'node:sqlite';

/** Runs in one transaction that takes the write lock at once; all or nothing. */
export function transaction<T>(db: DatabaseSync, run: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = run();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has already rolled back after some errors, such as a full disk; a second rollback would hide the cause.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
