/** Opens a session database; what is found to be damaged is repaired before, and said. */
import { basename } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { storeMissing, storeSalvaged, toErrorInfo } from '../../core/errors.ts';
import type { ErrorInfo } from '../../protocol/errors.ts';
import type { PayloadCodec } from './codec.ts';
import { type OpenedDatabase, openDatabase } from './database.ts';
import { hasLostCommits } from './lostLog.ts';
import { keepCopy } from './replace.ts';
import { type Salvaged, salvage } from './salvage.ts';
import { isSound, lookAt, type Soundness } from './soundness.ts';

export interface SoundDatabase extends OpenedDatabase {
  /** What the user must be told. */
  notices: ErrorInfo[];
  /** All of it was read; else nothing may be written to it yet. */
  isProven: boolean;
}

/** How much of it is read before: what a start can afford, or all. */
export type Thoroughness = 'look' | 'whole';

/** Throws `store_locked` for a damaged database whose key is missing, and what SQLite and the file system throw. */
export function openSound(
  file: string,
  codec: PayloadCodec,
  now: number,
  thoroughness: Thoroughness,
): SoundDatabase {
  const notices: ErrorInfo[] = [];
  const keptLog = hasLostCommits(file) ? keepCopy(file, now) : undefined;
  const soundness = thoroughness === 'look' ? lookAt(file) : wholeOf(file);
  const salvaged = soundness === 'damaged' ? salvage(file, codec, now) : undefined;
  const opened = openDatabase(file);
  if (salvaged) notices.push(toErrorInfo(noticeOf(salvaged)));
  else if (keptLog !== undefined)
    notices.push(toErrorInfo(storeSalvaged(entriesOf(opened.db), basename(keptLog))));
  return { ...opened, notices, isProven: soundness !== 'unproven' };
}

const wholeOf = (file: string): Soundness => (isSound(file) ? 'sound' : 'damaged');

const noticeOf = ({ entries, keptAs }: Salvaged) =>
  keptAs === undefined ? storeMissing(entries) : storeSalvaged(entries, basename(keptAs));

const entriesOf = (db: DatabaseSync): number =>
  Number(db.prepare('SELECT count(*) AS n FROM entry').get()?.n ?? 0);
