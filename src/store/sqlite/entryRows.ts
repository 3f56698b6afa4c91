/** Entries to rows and back, with everything that tells damage from truth. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { type Entry, entry } from '../../protocol/entries.ts';
import type { PayloadCodec } from './codec.ts';

const row = z.object({
  number: z.number(),
  session_id: z.string(),
  seq: z.number(),
  id: z.string(),
  parent_id: z.string().nullable(),
  codec: z.number(),
  crc: z.number(),
  payload: z.instanceof(Uint8Array),
});
export type EntryRow = z.infer<typeof row>;

export const rowColumns = 'number, session_id, seq, id, parent_id, codec, crc, payload';

const contextOf = (sessionId: string, entryId: string): string => `entry:${sessionId}:${entryId}`;

export class EntryRows {
  readonly #insert: StatementSync;
  readonly #codec: PayloadCodec;

  constructor(db: DatabaseSync, codec: PayloadCodec) {
    this.#codec = codec;
    this.#insert = db.prepare(
      `INSERT INTO entry (session_id, seq, id, parent_id, kind, ends_turn, codec, crc, payload)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
  }

  /** Adds the entry; resolves to the bytes its payload takes. */
  insert(sessionId: string, value: Entry): number {
    const { codec, payload } = this.#codec.encode(value, contextOf(sessionId, value.id));
    const endsTurn = value.kind === 'assistant' && value.outcome !== undefined ? value.turnId : null;
    this.#insert.run(
      sessionId,
      value.seq,
      value.id,
      value.parentId,
      value.kind,
      endsTurn,
      codec,
      crc32(payload),
      payload,
    );
    return payload.length;
  }

  /** Throws for a row that is not what was written. */
  read(raw: unknown): { number: number; sessionId: string; entry: Entry } {
    const columns = row.parse(raw);
    if (crc32(columns.payload) !== columns.crc) throw new Error('The payload does not match its checksum.');
    const value = entry.parse(this.#codec.decode(columns, contextOf(columns.session_id, columns.id)));
    if (value.id !== columns.id || value.seq !== columns.seq || value.parentId !== columns.parent_id) {
      throw new Error('The payload does not belong to its row.');
    }
    return { number: columns.number, sessionId: columns.session_id, entry: value };
  }

  encodeAgain(
    raw: unknown,
    target: PayloadCodec,
  ): { number: number; codec: number; crc: number; payload: Uint8Array } {
    const { number, sessionId, entry: value } = this.read(raw);
    const { codec, payload } = target.encode(value, contextOf(sessionId, value.id));
    return { number, codec, crc: crc32(payload), payload };
  }
}
