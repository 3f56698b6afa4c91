/** Opens a session database; what is damaged is repaired before, and said. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storeSalvaged, toErrorInfo } from '../../core/errors.ts';
import type { ErrorInfo } from '../../protocol/errors.ts';
import type { PayloadCodec } from './codec.ts';
import { type OpenedDatabase, openDatabase } from './database.ts';
import { keepCopy } from './replace.ts';
import { salvage } from './salvage.ts';
import { isSound } from './soundness.ts';
import { hasLostTail } from './walTail.ts';

export interface SoundDatabase extends OpenedDatabase {
  /** What the user must be told. */
  notices: ErrorInfo[];
}

/** Throws `store_locked` for a damaged database whose key is missing, and what SQLite and the file system throw. */
export function openSound(file: string, codec: PayloadCodec, now: number): SoundDatabase {
  const notices: ErrorInfo[] = [];
  const keptLog = hasLostTail(`${file}-wal`) ? keepDamagedLog(file, now) : undefined;
  const salvaged = isSound(file) ? undefined : salvage(file, codec, now);
  const opened = openDatabase(file);
  if (salvaged) notices.push(toErrorInfo(storeSalvaged(salvaged.entries, basename(salvaged.keptAs))));
  else if (keptLog !== undefined)
    notices.push(toErrorInfo(storeSalvaged(entriesOf(opened.db), basename(keptLog))));
  return { ...opened, notices };
}

/** Undefined when the log was only being written to while it was looked at. */
function keepDamagedLog(file: string, now: number): string | undefined {
  if (!existsSync(file)) return undefined;
  const db = new DatabaseSync(file, { timeout: 10_000 });
  try {
    db.exec('BEGIN IMMEDIATE');
    return hasLostTail(`${file}-wal`) ? keepCopy(file, now) : undefined;
  } catch {
    // Damaged in other places too; then the whole file is set aside.
    return undefined;
  } finally {
    db.close();
  }
}

const entriesOf = (db: DatabaseSync): number =>
  Number(db.prepare('SELECT count(*) AS n FROM entry').get()?.n ?? 0);
