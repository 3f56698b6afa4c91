/** Work that must be finished before content is really gone: marks in the database, so that they outlive the process. */
import type { DatabaseSync } from 'node:sqlite';

/** Set while content that was deleted, or that stood there under another codec, may still be in some file. */
export const scrubKey = 'scrub_due';
export const recodeKey = 'recode_due';

export const isDue = (db: DatabaseSync, key: string): boolean =>
  db.prepare('SELECT 1 FROM meta WHERE key = ?').get(key) !== undefined;

/** Inside a transaction. */
export function setDue(db: DatabaseSync, key: string): void {
  db.prepare('INSERT OR REPLACE INTO meta VALUES (?, 1)').run(key);
}
