/** The log of entries: appending in order, reading branches. */
import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { CausewayError, notFound } from '../../core/errors.ts';
import type { EntryLink, PathOptions, TreeLink } from '../../core/session/store.ts';
import {
  type AssistantEntry,
  type Entry,
  type EntryDraft,
  type EntryKind,
  entry,
} from '../../protocol/entries.ts';
import { placedEntry } from '../placedEntry.ts';
import { type EntryRows, rowColumns } from './entryRows.ts';
import type { SessionTable } from './sessionTable.ts';

const link = z.object({ id: z.string(), kind: z.enum(entry.options.map((one) => one.shape.kind.value)) });
const treeLink = link.extend({ parentId: z.string().nullable(), seq: z.number() });

const begun = z.object({ sessionId: z.string(), firstId: z.string() });

/** More than any session has; stands for "all". */
const unlimited = 1_000_000_000;

export class SessionLog {
  readonly #db: DatabaseSync;
  readonly #rows: EntryRows;
  readonly #sessions: SessionTable;
  readonly #onDamage: (sessionId: string, number: number) => void;
  readonly #restore: (damaged: Record<string, unknown>) => Entry | undefined;

  /**
   * `restore` is asked for rows that cannot be read, `onDamage` hears of those that nobody has; they stay where they
   * are.
   */
  constructor(
    db: DatabaseSync,
    rows: EntryRows,
    sessions: SessionTable,
    onDamage: (sessionId: string, number: number) => void,
    restore: (damaged: Record<string, unknown>) => Entry | undefined,
  ) {
    this.#db = db;
    this.#rows = rows;
    this.#sessions = sessions;
    this.#onDamage = onDamage;
    this.#restore = restore;
  }

  /** Inside a transaction. Throws `not_found` and `invalid_input`; then the caller rolls back. */
  append(sessionId: string, drafts: readonly EntryDraft[]): Entry[] {
    if (!this.#sessions.has(sessionId)) throw notFound('session', sessionId);
    let head = this.#sessions.headOf(sessionId);
    let seq = this.lastSeq(sessionId);
    let bytes = 0;
    const entries = drafts.map((draft) => {
      const parentId = draft.parentId === undefined ? head : draft.parentId;
      const placed = placedEntry(draft, parentId, ++seq);
      if (parentId !== null && !this.has(sessionId, parentId)) throw notFound('entry', parentId);
      bytes += this.#rows.insert(sessionId, placed);
      head = placed.id;
      return placed;
    });
    this.#sessions.noteAppended(sessionId, entries, bytes);
    return entries;
  }

  lastSeq(sessionId: string): number {
    const raw = this.#db
      .prepare('SELECT coalesce(max(seq), 0) AS last FROM entry WHERE session_id = ?')
      .get(sessionId);
    return Number(raw?.last ?? 0);
  }

  has(sessionId: string, id: string): boolean {
    return (
      this.#db.prepare('SELECT 1 FROM entry WHERE session_id = ? AND id = ?').get(sessionId, id) !== undefined
    );
  }

  get(sessionId: string, id: string): Entry | undefined {
    return this.#read(
      this.#db.prepare(`SELECT ${rowColumns} FROM entry WHERE session_id = ? AND id = ?`).all(sessionId, id),
    )[0];
  }

  all(sessionId: string, options: { afterSeq?: number; limit?: number } = {}): Entry[] {
    return this.#read(
      this.#db
        .prepare(`SELECT ${rowColumns} FROM entry WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ?`)
        .all(sessionId, options.afterSeq ?? 0, options.limit ?? unlimited),
    );
  }

  /** Reads no payload. */
  links(sessionId: string, options: { afterSeq?: number; limit?: number } = {}): TreeLink[] {
    return this.#db
      .prepare(
        `SELECT id, kind, parent_id AS parentId, seq FROM entry
         WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ?`,
      )
      .all(sessionId, options.afterSeq ?? 0, options.limit ?? unlimited)
      .map((raw) => treeLink.parse(raw));
  }

  /** The entry with which a turn ended. */
  endOf(sessionId: string, turnId: string): AssistantEntry | undefined {
    const [ended] = this.#read(
      this.#db
        .prepare(`SELECT ${rowColumns} FROM entry WHERE session_id = ? AND ends_turn = ?`)
        .all(sessionId, turnId),
    );
    return ended?.kind === 'assistant' ? ended : undefined;
  }

  /** Those of the given ids that there are, in log order, without their reports. */
  some(sessionId: string, ids: readonly string[]): Entry[] {
    return this.#read(
      this.#db
        .prepare(
          // Written so that SQLite goes from id to id; with IN it reads the whole session to have it in order.
          `SELECT ${rowColumns} FROM (SELECT DISTINCT value AS wanted FROM json_each(:ids))
           CROSS JOIN entry ON session_id = :session AND id = wanted ORDER BY seq`,
        )
        .all({ session: sessionId, ids: JSON.stringify(ids) }),
      (raw) => this.#rows.readSaid(raw),
    );
  }

  /** All branches' entries of some kinds, in log order. */
  ofKinds(sessionId: string, kinds: readonly EntryKind[]): Entry[] {
    return this.#read(
      this.#db
        .prepare(
          // Written so that SQLite goes from kind to kind; with IN it reads the whole session to have it in order.
          `SELECT ${rowColumns} FROM (SELECT DISTINCT value AS wanted FROM json_each(:kinds))
           CROSS JOIN entry ON session_id = :session AND kind = wanted ORDER BY seq`,
        )
        .all({ session: sessionId, kinds: JSON.stringify(kinds) }),
    );
  }

  path(sessionId: string, options: PathOptions = {}): Entry[] {
    return this.#read(this.#branch(sessionId, options, rowColumns));
  }

  /** Reads no payload, so 30,000 entries take a fraction of a second. */
  lineage(sessionId: string, options: PathOptions = {}): EntryLink[] {
    return this.#branch(sessionId, options, 'number, id, parent_id, kind').map((raw) => link.parse(raw));
  }

  /** Rows of all sessions but some after a row number, in the order in which they were committed. */
  after(
    number: number,
    limit: number,
    except: readonly string[] = [],
  ): { number: number; sessionId: string; entry: Entry | undefined }[] {
    return this.#db
      .prepare(
        `SELECT ${rowColumns} FROM entry
         WHERE number > ? AND session_id NOT IN (SELECT value FROM json_each(?)) ORDER BY number LIMIT ?`,
      )
      .all(number, JSON.stringify(except), limit)
      .map((raw) => {
        const [value] = this.#read([raw]);
        return { number: Number(raw.number), sessionId: String(raw.session_id), entry: value };
      });
  }

  /** Sessions all of whose entries, which are more than `most`, stand after a row number. */
  begunAfter(number: number, most: number): { sessionId: string; firstId: string }[] {
    return this.#db
      .prepare(
        // Of a group with one minimum SQLite takes the other columns from the row that has it.
        `SELECT session_id AS sessionId, id AS firstId, min(seq) AS first FROM entry WHERE number > ?
         GROUP BY session_id HAVING first = 1 AND count(*) > ?`,
      )
      .all(number, most)
      .map((raw) => begun.parse(raw));
  }

  lastNumber(): number {
    return Number(this.#db.prepare('SELECT coalesce(max(number), 0) AS last FROM entry').get()?.last ?? 0);
  }

  /** The entry of a damaged row where it could be restored, else the user is told. */
  mend(damaged: Record<string, unknown>): Entry | undefined {
    const restored = this.#restore(damaged);
    if (!restored) this.#onDamage(String(damaged.session_id), Number(damaged.number));
    return restored;
  }

  #parentOf(sessionId: string, id: string): string | null {
    const raw = this.#db
      .prepare('SELECT parent_id FROM entry WHERE session_id = ? AND id = ?')
      .get(sessionId, id);
    if (raw === undefined) throw notFound('entry', id);
    const parent = raw.parent_id;
    return typeof parent === 'string' ? parent : null;
  }

  /** Rows of a branch from the root on; `columns` has at least `number`, `id` and `parent_id`. */
  #branch(sessionId: string, options: PathOptions, columns: string): Record<string, unknown>[] {
    const start =
      options.beforeId === undefined
        ? (options.leafId ?? this.#sessions.headOf(sessionId))
        : this.#parentOf(sessionId, options.beforeId);
    if (start === null) return [];
    // Walking towards the root costs one index lookup an entry, whatever other branches hold.
    const rows = this.#db
      .prepare(
        `WITH RECURSIVE branch (${columns}, depth) AS (
           SELECT ${columns}, 1 FROM entry WHERE session_id = :session AND id = :start
           UNION ALL
           SELECT ${columns.replaceAll(/\w+/g, 'e.$&')}, depth + 1
           FROM branch JOIN entry e ON e.session_id = :session AND e.id = branch.parent_id
           WHERE depth < :limit)
         SELECT ${columns} FROM branch ORDER BY depth DESC`,
      )
      .all({ session: sessionId, start, limit: options.limit ?? unlimited });
    const [root] = rows;
    const isWhole = !root || root.parent_id === null || rows.length === options.limit;
    // The parent was written before its child, so what is missing here is damage.
    if (!isWhole) this.#onDamage(sessionId, Number(root.number));
    return rows;
  }

  #read(
    rows: readonly Record<string, unknown>[],
    read = (raw: Record<string, unknown>): Entry => this.#rows.read(raw).entry,
  ): Entry[] {
    return rows.flatMap((raw) => {
      try {
        return [read(raw)];
      } catch (error) {
        // Without the key nothing is damaged; the caller is told what is missing.
        if (error instanceof CausewayError) throw error;
        // One damaged row must not take the rest of the session with it.
        const restored = this.mend(raw);
        return restored ? [restored] : [];
      }
    });
  }
}
