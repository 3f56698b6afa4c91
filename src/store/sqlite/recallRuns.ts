/**
 * The encoded parts of the recall index, beside the log they are made of. They can be made again from it, so that one
 * that is not what was written is dropped, and a salvage takes none over.
 */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { RecallRun, RecallSource, RunKind } from '../../core/session/recallSource.ts';
import type { PayloadCodec } from './codec.ts';
import { holds, rowSum } from './rowSum.ts';

const row = z.object({
  session_id: z.string(),
  from_seq: z.number(),
  to_seq: z.number(),
  codec: z.number(),
  payload: z.instanceof(Uint8Array),
});

/** The columns that a run's checksum covers. */
const runColumns = ['session_id', 'from_seq', 'to_seq', 'codec'];
const stored = [...runColumns, 'crc', 'payload'].join(', ');

/** More than any log has. */
const mostPlaces = 2 ** 40;
/**
 * Directions lie in the same table as the index, with places below zero: a version that knows nothing of them still
 * opens and writes the database, and purges and encrypts them with the rest.
 */
const firstPlace: Record<RunKind, number> = { index: 0, embeddings: -mostPlaces - 1 };

const contextOf = (sessionId: string, fromSeq: number): string => `recall:${sessionId}:${fromSeq}`;

export class RecallRuns {
  readonly #db: DatabaseSync;
  readonly #codec: PayloadCodec;

  constructor(db: DatabaseSync, codec: PayloadCodec) {
    this.#db = db;
    this.#codec = codec;
  }

  /** Runs that begin at this place of the log or behind it, in order. A damaged one has no bytes. */
  from(
    sessionId: string,
    { kind, fromSeq, limit }: { kind: RunKind; fromSeq: number; limit: number },
  ): RecallRun[] {
    const first = firstPlace[kind];
    return this.#db
      .prepare(
        `SELECT ${stored} FROM recall_run WHERE session_id = ? AND from_seq BETWEEN ? AND ?
         ORDER BY from_seq LIMIT ?`,
      )
      .all(sessionId, first + fromSeq, first + mostPlaces, limit)
      .map((raw) => ({
        fromSeq: Number(raw.from_seq) - first,
        toSeq: Number(raw.to_seq) - first,
        bytes: read(raw, this.#codec),
      }));
  }

  /**
   * Keeps a run in the place of earlier ones that began within it; twice the same is once, and what a longer one holds
   * already, as another window may have written it, is not kept again. Inside a transaction.
   */
  put(
    sessionId: string,
    { kind, anew = false, bytes, ...run }: Parameters<RecallSource['putRecallRun']>[1],
  ): void {
    const first = firstPlace[kind];
    const [fromSeq, toSeq] = [first + run.fromSeq, first + run.toSeq];
    if (anew)
      this.#db
        .prepare('DELETE FROM recall_run WHERE session_id = ? AND from_seq BETWEEN ? AND ?')
        .run(sessionId, first, first + mostPlaces);
    const longer = this.#db
      .prepare('SELECT 1 FROM recall_run WHERE session_id = ? AND from_seq < ? AND to_seq >= ?')
      .get(sessionId, fromSeq, toSeq);
    if (longer !== undefined) return;
    this.#db
      .prepare('DELETE FROM recall_run WHERE session_id = ? AND from_seq > ? AND from_seq <= ?')
      .run(sessionId, fromSeq, toSeq);
    this.#write(sessionId, fromSeq, toSeq, bytes, this.#codec);
  }

  /** All runs under another codec; one that cannot be read is dropped. */
  recode(target: PayloadCodec): void {
    const all = this.#db.prepare('SELECT session_id, from_seq FROM recall_run').all();
    const one = this.#db.prepare(`SELECT ${stored} FROM recall_run WHERE session_id = ? AND from_seq = ?`);
    const remove = this.#db.prepare('DELETE FROM recall_run WHERE session_id = ? AND from_seq = ?');
    for (const key of all) {
      const [sessionId, fromSeq] = [String(key.session_id), Number(key.from_seq)];
      // One at a time: together they are a good part of the database.
      const raw = one.get(sessionId, fromSeq);
      const bytes = raw && read(raw, this.#codec);
      if (raw && bytes) this.#write(sessionId, fromSeq, Number(raw.to_seq), bytes, target);
      else remove.run(sessionId, fromSeq);
    }
  }

  /** Also of a copy that an older version made, which has no such table. */
  static remove(db: DatabaseSync, sessionId: string): void {
    if (db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'recall_run'`).get() === undefined) return;
    db.prepare('DELETE FROM recall_run WHERE session_id = ?').run(sessionId);
  }

  #write(sessionId: string, fromSeq: number, toSeq: number, bytes: Uint8Array, target: PayloadCodec): void {
    const { codec, payload } = target.encodeBytes(bytes, contextOf(sessionId, fromSeq));
    const columns = [sessionId, fromSeq, toSeq, codec];
    this.#db
      .prepare(`INSERT OR REPLACE INTO recall_run (${stored}) VALUES (?, ?, ?, ?, ?, ?)`)
      .run(...columns, rowSum(columns, payload), payload);
  }
}

/** Undefined for a row that is not what was written. */
function read(raw: Record<string, unknown>, codec: PayloadCodec): Uint8Array | undefined {
  if (!holds(raw, runColumns)) return undefined;
  const value = row.parse(raw);
  try {
    return codec.decodeBytes(value, contextOf(value.session_id, value.from_seq));
  } catch {
    // Under a key of another day: what it was made of can be read, or else nothing is.
    return undefined;
  }
}
