/** Pictures and PDFs that were attached to drafts and are no files; they are here until they are sent or taken out. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { mostDraftMediaBytes } from '../../core/session/store.ts';
import type { PayloadCodec } from './codec.ts';
import { holds, rowSum } from './rowSum.ts';

const row = z.object({
  session_id: z.string(),
  uri: z.string(),
  at: z.number(),
  size: z.number(),
  codec: z.number(),
  payload: z.instanceof(Uint8Array),
});
const kept = row.pick({ uri: true, at: true, size: true });

/** The columns that a row's checksum covers. */
export const draftMediaColumns = ['session_id', 'uri', 'at', 'size', 'codec'];

/**
 * What was attached is named by the draft that is written after it, within a second. What none names so long after that
 * was never in one: its page went away in between.
 */
const unnamedMs = 60_000;

const contextOf = (sessionId: string, uri: string): string => `draft:${sessionId}:${uri}`;

export class DraftMedia {
  readonly #db: DatabaseSync;
  readonly #codec: PayloadCodec;

  constructor(db: DatabaseSync, codec: PayloadCodec) {
    this.#db = db;
    this.#codec = codec;
  }

  /** Inside a transaction. The oldest of the session go where it has too many bytes. */
  keep(sessionId: string, uri: string, bytes: Uint8Array, at: number): void {
    this.#write({ sessionId, uri, at, bytes }, this.#codec);
    let size = 0;
    for (const one of this.#kept(sessionId)) {
      size += one.size;
      if (size > mostDraftMediaBytes && one.uri !== uri) this.#remove(sessionId, one.uri);
    }
  }

  /** Undefined also for what is not what was written. */
  get(sessionId: string, uri: string): Uint8Array | undefined {
    const raw = this.#db
      .prepare('SELECT * FROM draft_media WHERE session_id = ? AND uri = ?')
      .get(sessionId, uri);
    return raw === undefined || !holds(raw, draftMediaColumns) ? undefined : this.#read(raw);
  }

  /** Drops what the draft named before and names no more. Inside a transaction. */
  settle(
    sessionId: string,
    { before, now, at }: { before: () => readonly string[]; now: readonly string[]; at: number },
  ): void {
    const gone = this.#kept(sessionId).filter(({ uri }) => !now.includes(uri));
    if (gone.length === 0) return;
    const named = before();
    for (const one of gone)
      if (named.includes(one.uri) || at - one.at > unnamedMs) this.#remove(sessionId, one.uri);
  }

  /** All of them under another codec; what cannot be read is dropped. */
  recode(target: PayloadCodec): void {
    for (const key of this.#db.prepare('SELECT session_id, uri, at FROM draft_media').all()) {
      const [sessionId, uri, at] = [String(key.session_id), String(key.uri), Number(key.at)];
      // One at a time: each may have many megabytes.
      const bytes = this.get(sessionId, uri);
      if (bytes) this.#write({ sessionId, uri, at, bytes }, target);
      else this.#remove(sessionId, uri);
    }
  }

  /** Also of a copy that an older version made, which has no such table. */
  static remove(db: DatabaseSync, sessionId: string): void {
    if (db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'draft_media'`).get() === undefined) return;
    db.prepare('DELETE FROM draft_media WHERE session_id = ?').run(sessionId);
  }

  /** What there is of a session, the newest first. */
  #kept(sessionId: string): z.infer<typeof kept>[] {
    return this.#db
      .prepare('SELECT uri, at, size FROM draft_media WHERE session_id = ? ORDER BY at DESC, uri')
      .all(sessionId)
      .map((raw) => kept.parse(raw));
  }

  #remove(sessionId: string, uri: string): void {
    this.#db.prepare('DELETE FROM draft_media WHERE session_id = ? AND uri = ?').run(sessionId, uri);
  }

  #write(
    { sessionId, uri, at, bytes }: { sessionId: string; uri: string; at: number; bytes: Uint8Array },
    target: PayloadCodec,
  ): void {
    const { codec, payload } = target.encodeBytes(bytes, contextOf(sessionId, uri));
    const columns = [sessionId, uri, at, bytes.length, codec];
    this.#db
      .prepare('INSERT OR REPLACE INTO draft_media VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(...columns, rowSum(columns, payload), payload);
  }

  #read(raw: Record<string, unknown>): Uint8Array {
    const value = row.parse(raw);
    return this.#codec.decodeBytes(value, contextOf(value.session_id, value.uri));
  }
}
