/** The rows of sessions: what a list shows, kept beside the log so that listing reads no entries. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { type Door, doors, type Entry } from '../../protocol/entries.ts';
import type { SessionSummary, Spending } from '../../protocol/session.ts';
import { spentWith } from '../../protocol/spending.ts';
import { type SessionDetails, sessionDetails, shownDetails, withEntry } from '../sessionDetails.ts';
import type { PayloadCodec } from './codec.ts';
import { type Column, columnsOf, holds, rowSum } from './rowSum.ts';

const row = z.object({
  id: z.string(),
  created_at: z.number(),
  updated_at: z.number(),
  door: z.enum(doors),
  head: z.string().nullable(),
  entry_count: z.number(),
  bytes: z.number(),
  trashed_at: z.number().nullable(),
  changed: z.number(),
  codec: z.number(),
  payload: z.instanceof(Uint8Array),
});
type SessionRow = Omit<z.infer<typeof row>, 'payload'> & { payload: Uint8Array };

/** The columns that a session's checksum covers: all but the payload, which it covers too. */
export const sessionColumns = Object.keys(row.shape).filter((name) => name !== 'payload');

const counted = z.object({ n: z.number(), bytes: z.number(), head: z.string().nullable() });

const stored = [...sessionColumns, 'crc', 'payload'];
const insertRow = `INSERT INTO session (${stored.join(', ')}) VALUES (${stored.map(() => '?').join(', ')})`;
const updateRow = `UPDATE session SET ${stored.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`;

const contextOf = (id: string): string => `session:${id}`;

/** Throws for a row that is not what was written. */
function read(raw: Record<string, unknown>): SessionRow {
  if (!holds(raw, sessionColumns)) throw new Error('The session does not match its checksum.');
  return row.parse(raw);
}

function columnValues(value: SessionRow): (Column | Uint8Array)[] {
  const columns = columnsOf(value, sessionColumns);
  return [...columns, rowSum(columns, value.payload), value.payload];
}

export class SessionTable {
  readonly #db: DatabaseSync;
  readonly #codec: PayloadCodec;
  readonly #options: { workspaceId: string; private: boolean; readOnly: boolean };

  constructor(
    db: DatabaseSync,
    codec: PayloadCodec,
    options: { workspaceId: string; private: boolean; readOnly: boolean },
  ) {
    this.#db = db;
    this.#codec = codec;
    this.#options = options;
  }

  insert(session: { id: string; at: number; door: Door; details: SessionDetails }): void {
    const columns = columnValues({
      id: session.id,
      created_at: session.at,
      updated_at: session.at,
      door: session.door,
      head: null,
      entry_count: 0,
      bytes: 0,
      trashed_at: null,
      changed: this.#nextChange(),
      ...this.#codec.encode(session.details, contextOf(session.id)),
    });
    this.#db.prepare(insertRow).run(...columns);
  }

  get(id: string): SessionSummary | undefined {
    const found = this.#row(id);
    return found && this.#summary(found);
  }

  has(id: string): boolean {
    return this.#db.prepare('SELECT 1 FROM session WHERE id = ?').get(id) !== undefined;
  }

  headOf(id: string): string | null {
    const raw = this.#db.prepare('SELECT head FROM session WHERE id = ?').get(id);
    return raw === undefined ? null : z.string().nullable().parse(raw.head);
  }

  list(options: { trashed: boolean; limit: number; before: number | undefined }): SessionSummary[] {
    return this.#db
      .prepare(
        `SELECT * FROM session
         WHERE (trashed_at IS NOT NULL) = ? AND updated_at < ? ORDER BY updated_at DESC, id LIMIT ?`,
      )
      .all(options.trashed ? 1 : 0, options.before ?? Number.MAX_SAFE_INTEGER, options.limit)
      .map((raw) => this.#summary(read(raw)));
  }

  /** Those that are not in the trash, the last used first. */
  untrashed(): { sessionId: string; lastSeq: number }[] {
    return this.#db
      .prepare('SELECT id, entry_count FROM session WHERE trashed_at IS NULL ORDER BY updated_at DESC, id')
      .all()
      .map((raw) => ({ sessionId: String(raw.id), lastSeq: Number(raw.entry_count) }));
  }

  /** Sessions changed after the given change number, with the newest number. */
  changedAfter(change: number): { sessions: SessionSummary[]; last: number } {
    const rows = this.#db
      .prepare('SELECT * FROM session WHERE changed > ? ORDER BY changed')
      .all(change)
      .map(read);
    return { sessions: rows.map((value) => this.#summary(value)), last: rows.at(-1)?.changed ?? change };
  }

  /** Never falls, also when the session that changed last is deleted: others ask for what came after it. */
  lastChange(): number {
    const raw = this.#db
      .prepare(
        `SELECT max(coalesce((SELECT max(changed) FROM session), 0),
                    coalesce((SELECT value FROM meta WHERE key = 'last_change'), 0)) AS last`,
      )
      .get();
    return Number(raw?.last ?? 0);
  }

  delete(id: string): void {
    this.#db
      .prepare(
        `INSERT INTO meta VALUES ('last_change', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      )
      .run(this.lastChange());
    this.#db.prepare('DELETE FROM session WHERE id = ?').run(id);
  }

  setTrashed(id: string, at: number | null): void {
    const current = this.#row(id);
    if (current) this.#put({ ...current, trashed_at: at, changed: this.#nextChange() });
  }

  setShared(id: string, shared: boolean): void {
    const current = this.#row(id);
    if (!current) return;
    const after: SessionDetails = { ...this.#details(current), shared };
    this.#put({ ...current, changed: this.#nextChange(), ...this.#codec.encode(after, contextOf(id)) });
  }

  /** Whether the title was given; otherwise it comes from the first input. */
  isTitled(id: string): boolean {
    const current = this.#row(id);
    return current !== undefined && this.#details(current).titled;
  }

  setTitle(id: string, title: string): void {
    const current = this.#row(id);
    if (!current) return;
    const after: SessionDetails = { ...this.#details(current), title, titled: true };
    this.#put({ ...current, changed: this.#nextChange(), ...this.#codec.encode(after, contextOf(id)) });
  }

  /** Brings the row up to date with entries just appended; `bytes` is what they take. */
  noteAppended(id: string, entries: readonly Entry[], bytes: number): void {
    const last = entries.at(-1);
    const current = this.#row(id);
    if (!last || !current) return;
    const before = this.#details(current);
    const after = entries.reduce(withEntry, before);
    this.#put({
      ...current,
      head: last.id,
      updated_at: entries.reduce((newest, { at }) => Math.max(newest, at), current.updated_at),
      entry_count: current.entry_count + entries.length,
      bytes: current.bytes + bytes,
      changed: this.#nextChange(),
      ...(after === before ? {} : this.#codec.encode(after, contextOf(id))),
    });
  }

  /** Takes head, count, size and what the answers took from the entries that are there. */
  recount(id: string, entries: Iterable<Entry>): void {
    const current = this.#row(id);
    if (!current) return;
    const found = this.#db
      .prepare(
        `SELECT count(*) AS n, coalesce(sum(length(payload)), 0) AS bytes,
           (SELECT id FROM entry WHERE session_id = :id ORDER BY seq DESC LIMIT 1) AS head
         FROM entry WHERE session_id = :id`,
      )
      .get({ id });
    const { n, bytes, head } = counted.parse(found);
    const before = this.#details(current);
    let spent: Spending | undefined;
    for (const entry of entries) spent = spentWith(spent, entry);
    const isSame = JSON.stringify(spent) === JSON.stringify(before.spent);
    if (n === current.entry_count && head === current.head && isSame) return;
    const { spent: _, ...rest } = before;
    const after: SessionDetails = { ...rest, ...(spent === undefined ? {} : { spent }) };
    this.#put({
      ...current,
      head,
      entry_count: n,
      bytes,
      changed: this.#nextChange(),
      ...(isSame ? {} : this.#codec.encode(after, contextOf(id))),
    });
  }

  /** Every row under another codec; for encryption. */
  recode(target: PayloadCodec): void {
    for (const raw of this.#db.prepare('SELECT * FROM session').all()) {
      const value = read(raw);
      this.#put({ ...value, ...target.encode(this.#details(value), contextOf(value.id)) });
    }
  }

  #row(id: string): SessionRow | undefined {
    const raw = this.#db.prepare('SELECT * FROM session WHERE id = ?').get(id);
    return raw && read(raw);
  }

  #put(value: SessionRow): void {
    this.#db.prepare(updateRow).run(...columnValues(value), value.id);
  }

  #details(value: SessionRow): SessionDetails {
    return sessionDetails.parse(this.#codec.decode(value, contextOf(value.id)));
  }

  #summary(value: SessionRow): SessionSummary {
    return {
      id: value.id,
      workspaceId: this.#options.workspaceId,
      createdAt: value.created_at,
      updatedAt: value.updated_at,
      door: value.door,
      entryCount: value.entry_count,
      bytes: value.bytes,
      private: this.#options.private,
      readOnly: this.#options.readOnly,
      ...shownDetails(this.#details(value)),
      ...(value.trashed_at === null ? {} : { trashedAt: value.trashed_at }),
    };
  }

  #nextChange(): number {
    return this.lastChange() + 1;
  }
}
