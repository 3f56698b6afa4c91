import type { DatabaseSync } from 'node:sqlite';

/**
 * What recall has made of a session's log, in runs of entries: derived, so that it can be dropped at any time. A row
 * says as much of the content as the log does, and so has its codec and goes with its session. The index lets entries
 * of a rare kind be read without the others.
 */
export function keepRecall(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE recall_run (
      session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
      from_seq INTEGER NOT NULL,
      to_seq INTEGER NOT NULL,
      codec INTEGER NOT NULL,
      crc INTEGER NOT NULL,
      payload BLOB NOT NULL,
      PRIMARY KEY (session_id, from_seq)
    ) STRICT;
    CREATE INDEX entry_by_kind ON entry (session_id, kind, seq);
  `);
}
