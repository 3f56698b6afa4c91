import type { DatabaseSync } from 'node:sqlite';

/** Which key the session databases are encrypted with: one row at most, and only the key's fingerprint, from which it cannot be found. */
export function createSessionKeyTable(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE session_key (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      fingerprint TEXT NOT NULL,
      holder TEXT NOT NULL,
      kept INTEGER NOT NULL
    ) STRICT;
  `);
}
