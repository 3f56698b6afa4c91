/** Purge and encryption: what must leave no byte of the old content. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { copiesOf, removeCopies } from './backups.ts';
import { PayloadCodec } from './codec.ts';
import { DraftMedia } from './draftMedia.ts';
import { isDue, recodeKey, scrubKey, setDue } from './due.ts';
import { rowColumns } from './entryRows.ts';
import { writeKeyCheck } from './keyCheck.ts';
import { removeLeftovers } from './leftovers.ts';
import { RecallRuns } from './recallRuns.ts';
import { SearchIndex } from './searchIndex.ts';
import type { Shelf } from './shelf.ts';

/** Deletes the session's rows from the database and its copies, and rewrites the files. */
export function purgeSession(shelf: Shelf, file: string | undefined, sessionId: string): void {
  shelf.write(() => {
    const numbers = shelf.db
      .prepare('SELECT number FROM entry WHERE session_id = ?')
      .all(sessionId)
      .map((row) => Number(row.number));
    shelf.search?.forget(numbers);
    shelf.sessions.delete(sessionId);
    shelf.db.prepare('INSERT INTO purged (session_id) VALUES (?)').run(sessionId);
    setDue(shelf.db, scrubKey);
    return { value: undefined };
  });
  scrub(shelf, file);
}

/** Finishes purges: rewrites the database and takes what was purged out of every copy of it. */
export function scrub(shelf: Shelf, file: string | undefined): void {
  rewrite(shelf.db);
  if (file !== undefined) {
    removeLeftovers(file);
    const purged = purgedOf(shelf.db);
    for (const path of damagedOf(file, '.encrypted')) {
      if (!isFreeOf(purged, path, shelf.codec)) rmSync(path);
    }
    for (const path of [...copiesOf(file), ...damagedOf(file)]) {
      if (!scrubCopy(path, purged)) removeDatabase(path);
    }
  }
  setDone(shelf, scrubKey);
}

/** Finishes what a process that died, or a full disk, left undone. */
export function finishDue(shelf: Shelf, file: string): void {
  if (isDue(shelf.db, recodeKey)) finishRecode(shelf, file);
  if (isDue(shelf.db, scrubKey)) scrub(shelf, file);
}

function setDone(shelf: Shelf, key: string): void {
  shelf.write(() => {
    shelf.db.prepare('DELETE FROM meta WHERE key = ?').run(key);
    return { value: undefined };
  });
  truncateLog(shelf.db);
}

/** Whether a copy just made holds nothing that was purged while it was made. */
export function isClean(copy: string, db: DatabaseSync): boolean {
  const made = new DatabaseSync(copy);
  try {
    // A copy is one file: without this, looking into it leaves a log beside it.
    made.exec('PRAGMA journal_mode = DELETE');
    return purgedOf(made).length === purgedOf(db).length;
  } finally {
    made.close();
  }
}

/** Sessions that were deleted for good. */
const purgedOf = (db: DatabaseSync): string[] =>
  db
    .prepare('SELECT session_id FROM purged')
    .all()
    .map((row) => String(row.session_id));

/** False when the copy is so damaged that nothing can be taken out of it. */
function scrubCopy(path: string, purged: readonly string[]): boolean {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { enableForeignKeyConstraints: true });
    db.exec('PRAGMA secure_delete = ON');
    SearchIndex.drop(db);
    const remove = db.prepare('DELETE FROM session WHERE id = ?');
    for (const id of purged) {
      RecallRuns.remove(db, id);
      DraftMedia.remove(db, id);
      // They would go with the session's row, which a damaged copy may have lost.
      for (const table of ['entry', 'turn', 'draft'])
        db.prepare(`DELETE FROM ${table} WHERE session_id = ?`).run(id);
      remove.run(id);
    }
    rewrite(db);
    db.exec('PRAGMA journal_mode = DELETE');
    return db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check === 'ok';
  } catch {
    // The promise to the user who purged weighs more than a file whose readable rows were all taken over.
    return false;
  } finally {
    db?.close();
  }
}

/**
 * Every payload under the new key, or in plain. The shelf must be made anew with that key as soon as this returns, and
 * then `finishRecode` called: the files still hold the old content.
 */
export function recode(shelf: Shelf, key: Uint8Array | undefined): void {
  const target = new PayloadCodec(key);
  shelf.write(() => {
    for (const raw of shelf.db.prepare(`SELECT ${rowColumns} FROM entry`).all())
      shelf.rows.recode(raw, target);
    shelf.sessions.recode(target);
    shelf.turns.recode(target);
    shelf.drafts.recode(target);
    shelf.draftMedia.recode(target);
    shelf.recallRuns.recode(target);
    // The index would keep the words in plain; in plain it is made anew.
    SearchIndex.drop(shelf.db);
    writeKeyCheck(shelf.db, target);
    setDue(shelf.db, recodeKey);
    return { value: undefined };
  });
}

/** Takes what stood there before out of the files. Cut short or failed, it is done again at the next start. */
export function finishRecode(shelf: Shelf, file: string): void {
  rewrite(shelf.db);
  removeCopies(file);
  removeLeftovers(file);
  if (shelf.codec.encrypts) for (const path of damagedOf(file)) sealDatabase(path, shelf.codec);
  setDone(shelf, recodeKey);
}

/** Databases that were set aside as damaged: those in plain, or the parts of those that were encrypted as a whole. */
function damagedOf(file: string, end: '' | '.encrypted' = ''): string[] {
  const prefix = `${basename(file)}.damaged-`;
  const other = end === '' ? /(?:-wal|-shm|-journal|\.encrypted)$/ : /(?<!\.encrypted)$/;
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix) && !other.test(name))
    .map((name) => join(dirname(file), name));
}

/** Each row has its session's id in it. A file that is under another key cannot be vouched for. */
function isFreeOf(purged: readonly string[], path: string, codec: PayloadCodec): boolean {
  try {
    const content = codec.unseal(readFileSync(path));
    return !purged.some((id) => content.includes(id));
  } catch {
    return false;
  }
}

/** What is damaged cannot be rewritten row by row, so that the files are encrypted as a whole. */
function sealDatabase(path: string, codec: PayloadCodec): void {
  for (const suffix of ['', '-wal']) {
    const part = path + suffix;
    let content: Buffer;
    try {
      content = readFileSync(part);
    } catch {
      // Most have no log beside them.
      continue;
    }
    writeFileSync(`${part}.encrypted`, codec.seal(content), { mode: 0o600, flush: true });
  }
  removeDatabase(path);
}

function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
}

/** VACUUM leaves out what was deleted, and the truncated log holds nothing of it. */
function rewrite(db: DatabaseSync): void {
  db.exec('VACUUM');
  truncateLog(db);
}

function truncateLog(db: DatabaseSync): void {
  const { busy } = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {};
  if (busy === 1) throw new Error('Another process reads the old content; the log could not be emptied.');
}
