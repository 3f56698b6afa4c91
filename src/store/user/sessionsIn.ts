/** Whether a workspace is worth coming back to, without opening its store. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** How long a writer of that workspace is waited for, in ms. */
const busyTimeoutMs = 1_000;

/**
 * Whether the database has a session that is not in the trash and in which something was said.
 * One that cannot be read counts as having some: better a needless question than sessions nobody offers.
 */
export function hasSessionsIn(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
    try {
      const sql = 'SELECT 1 FROM session WHERE trashed_at IS NULL AND entry_count > 0 LIMIT 1';
      return db.prepare(sql).get() !== undefined;
    } finally {
      db.close();
    }
  } catch {
    return true;
  }
}
