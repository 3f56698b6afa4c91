/** Which key the session databases are encrypted with. Each method runs inside a transaction of its caller. */
import type { DatabaseSync } from 'node:sqlite';
import { holderState } from '../sqlite/holder.ts';

export class SessionKeyTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  agreed(): string | undefined {
    return this.#row()?.digest;
  }

  /** The first one wins, unless its process is gone without having kept the key: then nothing is under that key. */
  agree(digest: string, holder: string): string {
    const row = this.#row();
    if (row && !row.kept && holderState(row.holder) === 'gone') this.release(row.digest);
    this.#db.prepare('INSERT OR IGNORE INTO session_key VALUES (1, ?, ?, 0)').run(digest, holder);
    return this.agreed() ?? digest;
  }

  keep(digest: string): void {
    this.#db.prepare('UPDATE session_key SET kept = 1 WHERE digest = ?').run(digest);
  }

  release(digest: string): void {
    this.#db.prepare('DELETE FROM session_key WHERE digest = ?').run(digest);
  }

  #row(): { digest: string; holder: string; kept: boolean } | undefined {
    const row = this.#db.prepare('SELECT digest, holder, kept FROM session_key').get();
    return row && { digest: String(row.digest), holder: String(row.holder), kept: row.kept === 1 };
  }
}
