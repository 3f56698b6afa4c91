/** What every connection to one of our databases needs. */
import { statfsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { isBusy, pause } from './sqliteErrors.ts';

/** Writers of other processes are waited for this long, in ms; a transaction of ours takes a few. */
export const busyTimeoutMs = 10_000;

/** How many migrations were applied. */
export const versionOf = (db: DatabaseSync): number =>
  Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);

/** The journal in use: `wal`, or `delete` where the file system cannot do WAL. */
export const journalOf = (db: DatabaseSync): string =>
  String(db.prepare('PRAGMA journal_mode').get()?.journal_mode ?? '');

/**
 * Types of file systems, as Linux numbers them (linux/magic.h), on which processes of several machines do not see each
 * other's shared memory, which WAL needs: NFS, CIFS, SMB 2, SMB, 9P, FUSE. SQLite itself notices that on some of them
 * only.
 */
const withoutSharedMemory = new Set([0x6969, 0xff534d42, 0xfe534d42, 0x517b, 0x01021997, 0x65735546]);

/** `type` is what statfs(2) says. */
export const canShareMemory = (type: number): boolean => !withoutSharedMemory.has(type >>> 0);

function wantedJournal(db: DatabaseSync): 'wal' | 'delete' {
  const file = db.location();
  return file === null || canShareMemory(statfsSync(file).type) ? 'wal' : 'delete';
}

/** Sets the journal to WAL, or to a rollback journal on a file system where processes could not share it. */
export function useWal(db: DatabaseSync): void {
  const wanted = wantedJournal(db);
  // Changing the journal mode does not wait for others as writing does, so the wait is done here.
  for (let attempt = 0; ; attempt++) {
    try {
      if (journalOf(db) !== wanted) db.exec(`PRAGMA journal_mode = ${wanted}`);
      return;
    } catch (error) {
      if (!isBusy(error) || attempt >= busyTimeoutMs / 20) throw error;
      pause(20);
    }
  }
}
