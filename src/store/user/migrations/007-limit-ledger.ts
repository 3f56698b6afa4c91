import type { DatabaseSync } from 'node:sqlite';

/** What programs used by slots of time, what processes hold for them, and the clock by which slots are counted. */
export function createLimitLedger(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE limit_used (
      kind TEXT NOT NULL,
      slot INTEGER NOT NULL,
      client TEXT NOT NULL,
      amount INTEGER NOT NULL,
      PRIMARY KEY (kind, slot, client)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE limit_held (
      holder TEXT NOT NULL,
      client TEXT NOT NULL,
      kind TEXT NOT NULL,
      amount INTEGER NOT NULL,
      tick REAL NOT NULL,
      PRIMARY KEY (holder, client, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE limit_clock (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      tick REAL NOT NULL,
      uptime_ms REAL NOT NULL,
      wall_ms REAL NOT NULL
    ) STRICT;
  `);
}
