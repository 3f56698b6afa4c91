/** Whether a database is encrypted, and whether a key opens it: known words are kept under the key. */
import type { DatabaseSync } from 'node:sqlite';
import { aesCodec, type PayloadCodec } from './codec.ts';

const checkKey = 'encryption';
const checkContext = 'meta:encryption';
const checkWords = 'causeway';

export function writeKeyCheck(db: DatabaseSync, codec: PayloadCodec): void {
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
  if (check === undefined) return 'plain';
  if (!(check instanceof Uint8Array)) return 'locked';
  try {
    return codec.decode({ codec: aesCodec, payload: check }, checkContext) === checkWords ? 'fits' : 'locked';
  } catch {
    // A wrong key fails the authentication of the cipher.
    return 'locked';
  }
}
