/** What every connection to one of our databases needs. */
import type { DatabaseSync } from 'node:sqlite';
import { isBusy, pause } from './sqliteErrors.ts';

/** Writers of other processes are waited for this long, in ms; a transaction of ours takes a few. */
export const busyTimeoutMs = 10_000;

/** How many migrations were applied. */
export const versionOf = (db: DatabaseSync): number =>
  Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);

/** WAL is refused on network file systems; SQLite then answers with the journal it uses instead. */
export const journalOf = (db: DatabaseSync): string =>
  String(db.prepare('PRAGMA journal_mode').get()?.journal_mode ?? '');

export function useWal(db: DatabaseSync): void {
  // Changing the journal mode does not wait for others as writing does, so the wait is done here.
  for (let attempt = 0; ; attempt++) {
    try {
      if (journalOf(db) !== 'wal') db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || attempt >= busyTimeoutMs / 20) throw error;
      pause(20);
    }
  }
}
