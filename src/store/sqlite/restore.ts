/** Takes a damaged entry back from a backup that still has it as it was written. */
import { DatabaseSync } from 'node:sqlite';
import type { Entry } from '../../protocol/entries.ts';
import { backupsOf } from './backups.ts';
import { type EntryRows, entryColumns, rowColumns } from './entryRows.ts';
import { holds } from './rowSum.ts';
import type { SessionLog } from './sessionLog.ts';

/** What says which entry a row is; a repair in the meantime may have given its number and place to another. */
const identity = ['session_id', 'id', 'seq', 'parent_id'] as const;

type Row = Record<string, unknown>;

/** Undefined when no backup has the entry. It is also written back into its row, unless a transaction is under way. */
export function restoreEntry(
  db: DatabaseSync,
  rows: EntryRows,
  file: string,
  damaged: Row,
): Entry | undefined {
  for (const path of backupsOf(file)) {
    const entry = entryIn(path, rows, damaged);
    if (!entry) continue;
    // A write that fails could undo the transaction of the caller, who only reads; the next read writes it back.
    if (!db.isTransaction) writeBack(rows, damaged, entry);
    return entry;
  }
  return undefined;
}

/**
 * Looks through the whole log, which takes about 2 ms a megabyte; for before backups that still have a damaged entry
 * go.
 */
export function mendLog({ db, log }: { db: DatabaseSync; log: SessionLog }): void {
  const damaged: Row[] = [];
  for (const row of db.prepare(`SELECT ${rowColumns} FROM entry`).iterate())
    if (!holds(row, entryColumns)) damaged.push(row);
  for (const row of damaged) log.mend(row);
}

function entryIn(path: string, rows: EntryRows, damaged: Row): Entry | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    const found = db.prepare(`SELECT ${rowColumns} FROM entry WHERE number = ?`).get(Number(damaged.number));
    if (!found || identity.some((name) => found[name] !== damaged[name])) return undefined;
    return rows.read(found).entry;
  } catch {
    // A backup that is damaged too, or under another key; an older one may have it.
    return undefined;
  } finally {
    db?.close();
  }
}

function writeBack(rows: EntryRows, damaged: Row, entry: Entry): void {
  try {
    rows.replace(Number(damaged.number), String(damaged.session_id), entry);
  } catch {
    // A full disk, or a database opened for reading; it can be shown all the same.
  }
}
