/** Opens a session database; what is damaged is repaired before, and said. */
import { basename } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { storeMissing, storeSalvaged, toErrorInfo } from '../../core/errors.ts';
import type { ErrorInfo } from '../../protocol/errors.ts';
import type { PayloadCodec } from './codec.ts';
import { type OpenedDatabase, openDatabase } from './database.ts';
import { hasLostCommits } from './lostLog.ts';
import { keepCopy } from './replace.ts';
import { type Salvaged, salvage } from './salvage.ts';
import { isSound } from './soundness.ts';

export interface SoundDatabase extends OpenedDatabase {
  /** What the user must be told. */
  notices: ErrorInfo[];
}

/** Throws `store_locked` for a damaged database whose key is missing, and what SQLite and the file system throw. */
export function openSound(file: string, codec: PayloadCodec, now: number): SoundDatabase {
  const notices: ErrorInfo[] = [];
  const keptLog = hasLostCommits(file) ? keepCopy(file, now) : undefined;
  const salvaged = isSound(file) ? undefined : salvage(file, codec, now);
  const opened = openDatabase(file);
  if (salvaged) notices.push(toErrorInfo(noticeOf(salvaged)));
  else if (keptLog !== undefined)
    notices.push(toErrorInfo(storeSalvaged(entriesOf(opened.db), basename(keptLog))));
  return { ...opened, notices };
}

const noticeOf = ({ entries, keptAs }: Salvaged) =>
  keptAs === undefined ? storeMissing(entries) : storeSalvaged(entries, basename(keptAs));

const entriesOf = (db: DatabaseSync): number =>
  Number(db.prepare('SELECT count(*) AS n FROM entry').get()?.n ?? 0);
