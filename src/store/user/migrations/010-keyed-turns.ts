import type { DatabaseSync } from 'node:sqlite';

/**
 * Which turn a request with a key became. Key and request stand here as digests: neither says anything of what was
 * asked.
 */
export function createKeyedTurns(db: DatabaseSync): void {
  db.exec(`
    CREATE TABLE keyed_turn (
      number INTEGER PRIMARY KEY,
      client TEXT NOT NULL,
      key TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      session_id TEXT NOT NULL,
      turn_id TEXT NOT NULL,
      tick REAL NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX keyed_turn_by_key ON keyed_turn (client, key);
    CREATE INDEX keyed_turn_by_client ON keyed_turn (client, number);
    CREATE INDEX keyed_turn_by_time ON keyed_turn (tick);
  `);
}
