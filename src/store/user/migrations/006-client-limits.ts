import type { DatabaseSync } from 'node:sqlite';

/**
 * What a client may use and until when. Clients that were let in before keep what they could do: they have no limit and
 * no end, and those that may send turns may ground them.
 */
export function limitClients(db: DatabaseSync): void {
  db.exec(`
    ALTER TABLE client ADD COLUMN limits TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE client ADD COLUMN expires_at INTEGER;
    ALTER TABLE client ADD COLUMN rotated_at INTEGER;
    UPDATE client SET scopes = json_insert(scopes, '$[#]', 'grounding')
      WHERE json_valid(scopes) AND scopes LIKE '%"turns"%';
    CREATE TABLE overall_limit (one INTEGER PRIMARY KEY CHECK (one = 1), limits TEXT NOT NULL) STRICT;
  `);
}
