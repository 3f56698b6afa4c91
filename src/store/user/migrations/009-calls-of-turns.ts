import type { DatabaseSync } from 'node:sqlite';

/** The calls of turns and frames too, and what was said where the user wants it kept. */
export function widenCallLog(db: DatabaseSync): void {
  db.exec(`
    ALTER TABLE call ADD COLUMN provider TEXT;
    ALTER TABLE call ADD COLUMN session TEXT;
    ALTER TABLE call ADD COLUMN masked INTEGER;
    ALTER TABLE call ADD COLUMN cache TEXT;
    ALTER TABLE call ADD COLUMN error TEXT;
    ALTER TABLE call ADD COLUMN first_token_ms REAL;
    CREATE TABLE call_body (
      call INTEGER PRIMARY KEY,
      request TEXT NOT NULL,
      answer TEXT NOT NULL
    ) STRICT;
  `);
}
