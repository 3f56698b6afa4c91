/** The rows of sessions: what a list shows, kept beside the log so that listing reads no entries. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { plainText } from '../../protocol/content.ts';
import { type Door, doors, type Entry } from '../../protocol/entries.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import type { PayloadCodec } from './codec.ts';

/** The part of a session's row that may tell something about its content, and so is stored under the codec. */
const details = z.object({
  title: z.string(),
  /** Whether the title was given; otherwise the first input may still replace it. */
  titled: z.boolean(),
  client: z.string().optional(),
  model: z.string().optional(),
  forkedFrom: z.object({ sessionId: z.uuid(), entryId: z.uuid() }).optional(),
});
export type SessionDetails = z.infer<typeof details>;

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
type SessionRow = z.infer<typeof row>;

export const untitled = 'New session';
/** Characters of the first input that become the title until one is given. */
const derivedTitleLength = 60;

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
    const { codec, payload } = this.#codec.encode(session.details, `session:${session.id}`);
    this.#db
      .prepare(
        `INSERT INTO session (id, created_at, updated_at, door, changed, codec, payload) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(session.id, session.at, session.at, session.door, this.#nextChange(), codec, payload);
  }

  get(id: string): SessionSummary | undefined {
    const raw = this.#db.prepare('SELECT * FROM session WHERE id = ?').get(id);
    return raw === undefined ? undefined : this.#summary(row.parse(raw));
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
      .map((raw) => this.#summary(row.parse(raw)));
  }

  /** Sessions changed after the given change number, with the newest number. */
  changedAfter(change: number): { sessions: SessionSummary[]; last: number } {
    const rows = this.#db
      .prepare('SELECT * FROM session WHERE changed > ? ORDER BY changed')
      .all(change)
      .map((raw) => row.parse(raw));
    return { sessions: rows.map((value) => this.#summary(value)), last: rows.at(-1)?.changed ?? change };
  }

  lastChange(): number {
    return Number(this.#db.prepare('SELECT coalesce(max(changed), 0) AS last FROM session').get()?.last ?? 0);
  }

  setTrashed(id: string, at: number | null): void {
    this.#db
      .prepare('UPDATE session SET trashed_at = ?, changed = ? WHERE id = ?')
      .run(at, this.#nextChange(), id);
  }

  /** Brings the row up to date with entries just appended; `bytes` is what they take. */
  noteAppended(id: string, entries: readonly Entry[], bytes: number): void {
    const last = entries.at(-1);
    const raw = this.#db.prepare('SELECT * FROM session WHERE id = ?').get(id);
    if (!last || raw === undefined) return;
    const current = row.parse(raw);
    const before = this.#details(current);
    const after = entries.reduce(withEntry, before);
    const { codec, payload } = after === before ? current : this.#codec.encode(after, `session:${id}`);
    this.#db
      .prepare(
        `UPDATE session SET head = ?, updated_at = max(updated_at, ?), entry_count = entry_count + ?,
           bytes = bytes + ?, changed = ?, codec = ?, payload = ? WHERE id = ?`,
      )
      .run(last.id, last.at, entries.length, bytes, this.#nextChange(), codec, payload, id);
  }

  /** Every row under another codec; for encryption. */
  recode(target: PayloadCodec): void {
    const update = this.#db.prepare('UPDATE session SET codec = ?, payload = ? WHERE id = ?');
    for (const raw of this.#db.prepare('SELECT * FROM session').all()) {
      const value = row.parse(raw);
      const { codec, payload } = target.encode(this.#details(value), `session:${value.id}`);
      update.run(codec, payload, value.id);
    }
  }

  #details(value: SessionRow): SessionDetails {
    return details.parse(this.#codec.decode(value, `session:${value.id}`));
  }

  #summary(value: SessionRow): SessionSummary {
    const { title, client, model, forkedFrom } = this.#details(value);
    return {
      id: value.id,
      workspaceId: this.#options.workspaceId,
      title,
      createdAt: value.created_at,
      updatedAt: value.updated_at,
      door: value.door,
      entryCount: value.entry_count,
      bytes: value.bytes,
      private: this.#options.private,
      readOnly: this.#options.readOnly,
      ...(client === undefined ? {} : { client }),
      ...(model === undefined ? {} : { model }),
      ...(forkedFrom === undefined ? {} : { forkedFrom }),
      ...(value.trashed_at === null ? {} : { trashedAt: value.trashed_at }),
    };
  }

  #nextChange(): number {
    return this.lastChange() + 1;
  }
}

function withEntry(before: SessionDetails, entry: Entry): SessionDetails {
  if (entry.kind === 'title') return { ...before, title: entry.title, titled: true };
  if (entry.kind === 'model') return { ...before, model: `${entry.provider}/${entry.model}` };
  if (entry.kind !== 'user' || before.titled || before.title !== untitled) return before;
  const title = derivedTitle(plainText(entry.content));
  return title === '' ? before : { ...before, title };
}

/** The first line of an input, cut at a word and never within a character. */
export function derivedTitle(text: string): string {
  const line = text.trim().split(/\r?\n/, 1)[0]?.trim().replace(/\s+/g, ' ') ?? '';
  if (line.length <= derivedTitleLength) return line;
  // One place is for the ellipsis, which says that there was more.
  const cut = line.slice(0, derivedTitleLength - 1).replace(/[\uD800-\uDBFF]$/, '');
  const space = line[cut.length] === ' ' ? cut.length : cut.lastIndexOf(' ');
  return `${space > derivedTitleLength / 2 ? cut.slice(0, space) : cut}…`;
}
