import type { DatabaseSync } from 'node:sqlite';

/**
 * Sessions with their log, leases and drafts. Every payload stands beside its codec, so that encryption at rest
 * changes rows and not the schema; `crc` tells a flipped byte from what was written.
 */
export function createLog(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
    CREATE TABLE session (
      id TEXT PRIMARY KEY,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      door TEXT NOT NULL,
      head TEXT,
      entry_count INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      trashed_at INTEGER,
      changed INTEGER NOT NULL,
      codec INTEGER NOT NULL,
      crc INTEGER NOT NULL,
      payload BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX session_by_time ON session (updated_at DESC);
    CREATE INDEX session_by_change ON session (changed);
    CREATE TABLE entry (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
      seq INTEGER NOT NULL,
      id TEXT NOT NULL,
      parent_id TEXT,
      kind TEXT NOT NULL,
      ends_turn TEXT,
      codec INTEGER NOT NULL,
      crc INTEGER NOT NULL,
      payload BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX entry_by_seq ON entry (session_id, seq);
    CREATE UNIQUE INDEX entry_by_id ON entry (session_id, id);
    CREATE UNIQUE INDEX entry_one_end ON entry (session_id, ends_turn) WHERE ends_turn IS NOT NULL;
    CREATE TABLE turn (
      turn_id TEXT PRIMARY KEY,
      session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
      state TEXT NOT NULL CHECK (state IN ('live', 'queued')),
      place INTEGER NOT NULL,
      holder TEXT NOT NULL,
      beat INTEGER NOT NULL DEFAULT 0,
      codec INTEGER NOT NULL,
      crc INTEGER NOT NULL,
      payload BLOB NOT NULL,
      progress_number INTEGER NOT NULL DEFAULT 0,
      progress_codec INTEGER,
      progress_crc INTEGER,
      progress BLOB
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX turn_one_live ON turn (session_id) WHERE state = 'live';
    CREATE TABLE draft (
      session_id TEXT PRIMARY KEY REFERENCES session (id) ON DELETE CASCADE,
      codec INTEGER NOT NULL,
      crc INTEGER NOT NULL,
      payload BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE purged (number INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL) STRICT;
  `);
}
