/** Turns that run or wait: leases, the queue, and what has arrived so far. */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { Answerer } from '../../core/session/store.ts';
import { type AssistantBlock, assistantBlock } from '../../protocol/content.ts';
import type { UserEntryDraft } from '../../protocol/entries.ts';
import type { PayloadCodec } from './codec.ts';
import { columnsOf, holds, rowSum } from './rowSum.ts';

const leaseRow = z.object({
  turn_id: z.string(),
  session_id: z.string(),
  state: z.enum(['live', 'queued']),
  place: z.number(),
  holder: z.string(),
  beat: z.number(),
  progress_number: z.number(),
});
const row = leaseRow.extend({ codec: z.number(), payload: z.instanceof(Uint8Array) });

/** Progress stands behind the input in the row, so that it is asked for only where there can be some. */
const leaseColumns = `turn_id, session_id, state, place, holder, beat,
  CASE state WHEN 'live' THEN progress_number ELSE 0 END AS progress_number`;

/** The columns that a turn's checksum covers; beats and progress change too often for it. */
export const turnColumns = ['turn_id', 'session_id', 'state', 'place', 'holder', 'codec'];

/** What a row keeps of the input. Written by this module only, so its draft is checked when it is appended. */
interface Kept {
  user: UserEntryDraft;
  by: Answerer;
}

/** What stands beside the input; it is looked at several times a second, and can be read without the key. */
export interface Lease {
  turnId: string;
  sessionId: string;
  state: 'live' | 'queued';
  place: number;
  holder: string;
  beat: number;
  progressNumber: number;
}

export interface TurnRow extends Lease, Kept {}

export class TurnTable {
  readonly #db: DatabaseSync;
  readonly #codec: PayloadCodec;
  readonly #holder: string;

  constructor(db: DatabaseSync, codec: PayloadCodec, holder: string) {
    this.#db = db;
    this.#codec = codec;
    this.#holder = holder;
  }

  add(state: 'live' | 'queued', sessionId: string, kept: Kept): void {
    const { codec, payload } = this.#codec.encode(kept, `turn:${kept.user.turnId}`);
    const last = this.#db
      .prepare('SELECT coalesce(max(place), 0) AS place FROM turn WHERE session_id = ?')
      .get(sessionId);
    const columns = [kept.user.turnId, sessionId, state, Number(last?.place ?? 0) + 1, this.#holder, codec];
    this.#db
      .prepare(`INSERT INTO turn (${turnColumns.join()}, crc, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(...columns, rowSum(columns, payload), payload);
  }

  get(turnId: string): TurnRow | undefined {
    const raw = this.#db.prepare('SELECT * FROM turn WHERE turn_id = ?').get(turnId);
    return raw === undefined ? undefined : this.#read(raw);
  }

  has(turnId: string): boolean {
    return this.#db.prepare('SELECT 1 FROM turn WHERE turn_id = ?').get(turnId) !== undefined;
  }

  leases(): Lease[] {
    return this.#db
      .prepare(`SELECT ${leaseColumns} FROM turn ORDER BY session_id, place`)
      .all()
      .map((raw) => leaseOf(leaseRow.parse(raw)));
  }

  leasesOf(sessionId: string): Lease[] {
    return this.#db
      .prepare(`SELECT ${leaseColumns} FROM turn WHERE session_id = ? ORDER BY place`)
      .all(sessionId)
      .map((raw) => leaseOf(leaseRow.parse(raw)));
  }

  of(sessionId: string): TurnRow[] {
    return this.#db
      .prepare('SELECT * FROM turn WHERE session_id = ? ORDER BY place')
      .all(sessionId)
      .map((raw) => this.#read(raw));
  }

  isOwn(turn: { holder: string }): boolean {
    return turn.holder === this.#holder;
  }

  makeLive(turnId: string): void {
    const raw = this.#db.prepare('SELECT * FROM turn WHERE turn_id = ?').get(turnId);
    if (!(raw?.payload instanceof Uint8Array)) return;
    const crc = rowSum(columnsOf({ ...raw, state: 'live' }, turnColumns), raw.payload);
    this.#db.prepare(`UPDATE turn SET state = 'live', crc = ? WHERE turn_id = ?`).run(crc, turnId);
  }

  remove(turnId: string): void {
    this.#db.prepare('DELETE FROM turn WHERE turn_id = ?').run(turnId);
  }

  /** False when this process does not hold the turn any more. */
  setProgress(turnId: string, content: readonly AssistantBlock[]): boolean {
    const { codec, payload } = this.#codec.encode(content, `progress:${turnId}`);
    const done = this.#db
      .prepare(
        `UPDATE turn SET progress_number = progress_number + 1, beat = beat + 1, progress_codec = ?,
           progress_crc = ?, progress = ? WHERE turn_id = ? AND holder = ? AND state = 'live'`,
      )
      .run(codec, crc32(payload), payload, turnId, this.#holder);
    return Number(done.changes) > 0;
  }

  /** What had arrived at the last checkpoint. A damaged one counts as none: an answer can be asked for again. */
  progress(turnId: string): AssistantBlock[] {
    const raw = this.#db
      .prepare(
        'SELECT progress_codec AS codec, progress_crc AS crc, progress AS payload FROM turn WHERE turn_id = ?',
      )
      .get(turnId);
    const kept = z
      .object({ codec: z.number(), crc: z.number(), payload: z.instanceof(Uint8Array) })
      .safeParse(raw);
    if (!kept.success || crc32(kept.data.payload) !== kept.data.crc) return [];
    return z.array(assistantBlock).parse(this.#codec.decode(kept.data, `progress:${turnId}`));
  }

  /** Shows other processes that this one lives. */
  beat(): void {
    this.#db.prepare('UPDATE turn SET beat = beat + 1 WHERE holder = ?').run(this.#holder);
  }

  recode(target: PayloadCodec): void {
    const update = this.#db.prepare(
      `UPDATE turn SET codec = ?, crc = ?, payload = ?, progress_codec = ?, progress_crc = ?, progress = ?
       WHERE turn_id = ?`,
    );
    for (const raw of this.#db.prepare('SELECT * FROM turn').all()) {
      const { turnId, sessionId, state, place, holder, user, by } = this.#read(raw);
      const kept = target.encode({ user, by } satisfies Kept, `turn:${turnId}`);
      const progress = target.encode(this.progress(turnId), `progress:${turnId}`);
      const crc = rowSum([turnId, sessionId, state, place, holder, kept.codec], kept.payload);
      update.run(
        kept.codec,
        crc,
        kept.payload,
        progress.codec,
        crc32(progress.payload),
        progress.payload,
        turnId,
      );
    }
  }

  #read(raw: Record<string, unknown>): TurnRow {
    if (!holds(raw, turnColumns)) throw new Error('The turn does not match its checksum.');
    const value = row.parse(raw);
    const kept = this.#codec.decode(value, `turn:${value.turn_id}`) as Kept;
    return { ...kept, ...leaseOf(value) };
  }
}

const leaseOf = (value: z.infer<typeof leaseRow>): Lease => ({
  turnId: value.turn_id,
  sessionId: value.session_id,
  state: value.state,
  place: value.place,
  holder: value.holder,
  beat: value.beat,
  progressNumber: value.progress_number,
});
