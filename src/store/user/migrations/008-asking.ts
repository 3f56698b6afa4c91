import type { DatabaseSync } from 'node:sqlite';

/** Programs that ask to be let in. What they poll with is kept as its digest, and what was granted until they fetch it. */
export function createAsking(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE asking (
      id TEXT PRIMARY KEY,
      pending_hash TEXT NOT NULL UNIQUE,
      name TEXT NOT NULL,
      scopes TEXT NOT NULL,
      program TEXT,
      folder TEXT,
      at INTEGER NOT NULL,
      tick REAL NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'refused')),
      granted TEXT
    ) STRICT;
  `);
}
