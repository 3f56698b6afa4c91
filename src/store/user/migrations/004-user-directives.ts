import type { DatabaseSync } from 'node:sqlite';

/** Standing instructions that the user wants in every workspace. */
export function createUserDirectiveTable(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE user_directive (
      id TEXT PRIMARY KEY,
      text TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT;
  `);
}
