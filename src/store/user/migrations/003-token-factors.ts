import type { DatabaseSync } from 'node:sqlite';

/** Tokens of a model for one of the local counter, as learned from its responses. */
export function createTokenFactorTable(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE token_factor (
      model TEXT PRIMARY KEY,
      factor REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
  `);
}
