import type { DatabaseSync } from 'node:sqlite';

/**
 * Bytes of what was attached to a draft and is no file. They stand beside the draft, which is written anew with every few
 * letters, and go with their session.
 */
export function keepDraftMedia(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE draft_media (
      session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
      uri TEXT NOT NULL,
      at INTEGER NOT NULL,
      size INTEGER NOT NULL,
      codec INTEGER NOT NULL,
      crc INTEGER NOT NULL,
      payload BLOB NOT NULL,
      PRIMARY KEY (session_id, uri)
    ) STRICT;
  `);
}
