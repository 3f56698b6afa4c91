/** Which key the session databases are encrypted with. Each method runs inside a transaction of its caller. */
import type { DatabaseSync } from 'node:sqlite';
import { holderState } from '../sqlite/holder.ts';

export class SessionKeyTable {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  kept(): string | undefined {
    const row = this.#row();
    return row?.kept ? row.fingerprint : undefined;
  }

  /** The first one wins, unless its process is gone without having kept the key: then nothing is under that key. */
  agree(fingerprint: string, holder: string): string {
    const row = this.#row();
    if (row && !row.kept && holderState(row.holder) === 'gone') this.release(row.fingerprint);
    this.#db.prepare('INSERT OR IGNORE INTO session_key VALUES (1, ?, ?, 0)').run(fingerprint, holder);
    return this.#row()?.fingerprint ?? fingerprint;
  }

  keep(fingerprint: string): void {
    this.#db.prepare('UPDATE session_key SET kept = 1 WHERE fingerprint = ?').run(fingerprint);
  }

  release(fingerprint: string): void {
    this.#db.prepare('DELETE FROM session_key WHERE fingerprint = ?').run(fingerprint);
  }

  #row(): { fingerprint: string; holder: string; kept: boolean } | undefined {
    const row = this.#db.prepare('SELECT fingerprint, holder, kept FROM session_key').get();
    return row && { fingerprint: String(row.fingerprint), holder: String(row.holder), kept: row.kept === 1 };
  }
}
