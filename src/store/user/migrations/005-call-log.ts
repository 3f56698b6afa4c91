import type { DatabaseSync } from 'node:sqlite';

/** Calls of models that were relayed: who, what and how much, and nothing of what was said. */
export function createCallLog(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE call (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      client TEXT NOT NULL,
      wire TEXT NOT NULL,
      operation TEXT NOT NULL,
      model TEXT NOT NULL,
      stream INTEGER NOT NULL,
      status INTEGER NOT NULL,
      outcome TEXT NOT NULL,
      input_tokens INTEGER,
      output_tokens INTEGER,
      cache_creation_tokens INTEGER,
      cache_creation_1h_tokens INTEGER,
      cache_read_tokens INTEGER,
      cost REAL,
      first_byte_ms REAL,
      total_ms REAL NOT NULL,
      request_id TEXT
    ) STRICT;
    CREATE INDEX call_by_time ON call (at);
  `);
}
