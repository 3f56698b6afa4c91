import type { DatabaseSync } from 'node:sqlite';

/** Which key the session databases are encrypted with: one row at most, and only the key's digest. */
export function createSessionKeyTable(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE session_key (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      digest TEXT NOT NULL,
      holder TEXT NOT NULL,
      kept INTEGER NOT NULL
    ) STRICT;
  `);
}
