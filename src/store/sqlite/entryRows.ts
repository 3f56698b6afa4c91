/** Entries to rows and back, with everything that tells damage from truth. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { z } from 'zod';
import { CausewayError } from '../../core/errors.ts';
import { type Entry, entry } from '../../protocol/entries.ts';
import type { PayloadCodec } from './codec.ts';
import { type Column, holds, rowSum } from './rowSum.ts';

const row = z.object({
  number: z.number(),
  session_id: z.string(),
  seq: z.number(),
  id: z.string(),
  parent_id: z.string().nullable(),
  codec: z.number(),
  payload: z.instanceof(Uint8Array),
});

/** The columns that an entry's checksum covers. */
export const entryColumns = ['session_id', 'seq', 'id', 'parent_id', 'kind', 'ends_turn', 'codec'];
export const rowColumns = ['number', ...entryColumns, 'crc', 'payload'].join(', ');

const contextOf = (sessionId: string, entryId: string): string => `entry:${sessionId}:${entryId}`;

export class EntryRows {
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #keep: StatementSync;
  readonly #codec: PayloadCodec;

  constructor(db: DatabaseSync, codec: PayloadCodec) {
    this.#codec = codec;
    this.#insert = db.prepare(
      `INSERT INTO entry (session_id, seq, id, parent_id, kind, ends_turn, codec, crc, payload)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#update = db.prepare(
      `UPDATE entry SET session_id = ?, seq = ?, id = ?, parent_id = ?, kind = ?, ends_turn = ?, codec = ?,
         crc = ?, payload = ? WHERE number = ?`,
    );
    this.#keep = db.prepare('UPDATE entry SET codec = ?, payload = ? WHERE number = ?');
  }

  /** Adds the entry; resolves to the bytes its payload takes. */
  insert(sessionId: string, value: Entry): number {
    const { codec, payload } = this.#codec.encode(value, contextOf(sessionId, value.id));
    const columns = [sessionId, ...ownColumns(value), codec];
    this.#insert.run(...columns, rowSum(columns, payload), payload);
    return payload.length;
  }

  /** Throws for a row that is not what was written. */
  read(raw: Record<string, unknown>): { number: number; sessionId: string; entry: Entry } {
    return this.#decode(raw, (payload) => payload);
  }

  /** As `read`, of an answer without its report, which is several times as large and takes as long to check. */
  readSaid(raw: Record<string, unknown>): Entry {
    return this.#decode(raw, withoutReport).entry;
  }

  #decode(
    raw: Record<string, unknown>,
    part: (payload: unknown) => unknown,
  ): { number: number; sessionId: string; entry: Entry } {
    if (!holds(raw, entryColumns)) throw new Error('The row does not match its checksum.');
    const columns = row.parse(raw);
    const value = entry.parse(part(this.#codec.decode(columns, contextOf(columns.session_id, columns.id))));
    if (value.id !== columns.id || value.seq !== columns.seq || value.parentId !== columns.parent_id) {
      throw new Error('The payload does not belong to its row.');
    }
    return { number: columns.number, sessionId: columns.session_id, entry: value };
  }

  /** Writes the entry in place of what its row holds. */
  replace(number: number, sessionId: string, value: Entry): void {
    this.#write(number, sessionId, value, this.#codec);
  }

  /** The row under another codec. One that cannot be read goes under it as it is, and stays unreadable. */
  recode(raw: Record<string, unknown>, target: PayloadCodec): void {
    try {
      const { number, sessionId, entry: value } = this.read(raw);
      this.#write(number, sessionId, value, target);
    } catch (error) {
      if (error instanceof CausewayError || !(raw.payload instanceof Uint8Array)) throw error;
      const kept = { damaged: Buffer.from(raw.payload).toString('base64') };
      const { codec, payload } = target.encode(kept, contextOf(String(raw.session_id), String(raw.id)));
      this.#keep.run(codec, payload, Number(raw.number));
    }
  }

  #write(number: number, sessionId: string, value: Entry, target: PayloadCodec): void {
    const { codec, payload } = target.encode(value, contextOf(sessionId, value.id));
    const columns = [sessionId, ...ownColumns(value), codec];
    this.#update.run(...columns, rowSum(columns, payload), payload, number);
  }
}

/** What a row repeats of its payload so that it can be looked up. */
function ownColumns(value: Entry): Column[] {
  const endsTurn = value.kind === 'assistant' && value.outcome !== undefined ? value.turnId : null;
  return [value.seq, value.id, value.parentId, value.kind, endsTurn];
}

function withoutReport(payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null || !('report' in payload)) return payload;
  const { report: _, ...said } = payload;
  return said;
}
