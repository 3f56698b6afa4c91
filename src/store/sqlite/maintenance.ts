/** Purge and encryption: what must leave no byte of the old content. */
import { DatabaseSync } from 'node:sqlite';
import { backupsOf } from './backups.ts';
import { PayloadCodec } from './codec.ts';
import { rowColumns } from './entryRows.ts';
import { SearchIndex } from './searchIndex.ts';
import type { Shelf } from './shelf.ts';
import { transaction } from './transaction.ts';

const checkKey = 'encryption';
const checkContext = 'meta:encryption';
const checkWords = 'causeway';

/** Deletes the session's rows from the database and its backups, and rewrites the files. */
export function purgeSession(shelf: Shelf, file: string | undefined, sessionId: string): void {
  const numbers = shelf.db
    .prepare('SELECT number FROM entry WHERE session_id = ?')
    .all(sessionId)
    .map((row) => Number(row.number));
  shelf.write(() => {
    shelf.search?.forget(numbers);
    shelf.db.prepare('DELETE FROM session WHERE id = ?').run(sessionId);
    shelf.db.prepare('INSERT INTO purged (session_id) VALUES (?)').run(sessionId);
    return { value: undefined };
  });
  rewrite(shelf.db);
  if (file === undefined) return;
  for (const path of backupsOf(file)) {
    const db = new DatabaseSync(path, { enableForeignKeyConstraints: true });
    try {
      db.exec('PRAGMA secure_delete = ON');
      SearchIndex.drop(db);
      db.prepare('DELETE FROM session WHERE id = ?').run(sessionId);
      rewrite(db);
      db.exec('PRAGMA journal_mode = DELETE');
    } finally {
      db.close();
    }
  }
}

/** Every payload under the new key, or in plain; then the files are rewritten. */
export function recode(shelf: Shelf, key: Uint8Array | undefined): PayloadCodec {
  const target = new PayloadCodec(key);
  transaction(shelf.db, () => {
    const update = shelf.db.prepare('UPDATE entry SET codec = ?, crc = ?, payload = ? WHERE number = ?');
    for (const raw of shelf.db.prepare(`SELECT ${rowColumns} FROM entry`).all()) {
      const again = shelf.rows.encodeAgain(raw, target);
      update.run(again.codec, again.crc, again.payload, again.number);
    }
    shelf.sessions.recode(target);
    shelf.turns.recode(target);
    shelf.drafts.recode(target);
    // The index would keep the words in plain; in plain it is made anew.
    SearchIndex.drop(shelf.db);
    writeKeyCheck(shelf.db, target);
  });
  rewrite(shelf.db);
  return target;
}

function writeKeyCheck(db: DatabaseSync, codec: PayloadCodec): void {
  if (!codec.encrypts) {
    db.prepare('DELETE FROM meta WHERE key = ?').run(checkKey);
    return;
  }
  const { payload } = codec.encode(checkWords, checkContext);
  db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(
    checkKey,
    payload,
  );
}

/** `plain`: not encrypted; `fits`: the codec's key opens it; `locked`: it does not, or there is none. */
export function keyState(db: DatabaseSync, codec: PayloadCodec): 'plain' | 'fits' | 'locked' {
  const check = db.prepare('SELECT value FROM meta WHERE key = ?').get(checkKey)?.value;
  if (!(check instanceof Uint8Array)) return 'plain';
  try {
    return codec.decode({ codec: 1, payload: check }, checkContext) === checkWords ? 'fits' : 'locked';
  } catch {
    // A wrong key fails the authentication of the cipher.
    return 'locked';
  }
}

/** VACUUM leaves out what was deleted, and the truncated WAL holds nothing of it. */
function rewrite(db: DatabaseSync): void {
  db.exec('VACUUM');
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}
