/** A session as a change finds it in one moment, read from what Redis replies. */
import { z } from 'zod';
import type { Answerer } from '../../core/session/store.ts';
import { doors, type UserEntryDraft } from '../../protocol/entries.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import { sessionDetails, shownDetails } from '../sessionDetails.ts';

const count = z.coerce.number().int().nonnegative();

/** The hash of a session. Empty strings stand for nothing. */
const sessionRow = z.object({
  id: z.string(),
  /** Grows with each change, by which others see that theirs was decided by an older state. */
  version: count,
  door: z.enum(doors),
  createdAt: count,
  updatedAt: count,
  head: z.string().transform((id) => (id === '' ? null : id)),
  /** Place of the last entry, and so how many there are. */
  seq: count,
  bytes: count,
  trashedAt: z.string().transform((at) => (at === '' ? undefined : Number(at))),
  details: z.string().transform((text) => sessionDetails.parse(JSON.parse(text))),
});
export type SessionRow = z.infer<typeof sessionRow>;

export const fieldsOf = ({ head, trashedAt, details, ...row }: SessionRow): string[] =>
  Object.entries({
    ...row,
    head: head ?? '',
    trashedAt: trashedAt ?? '',
    details: JSON.stringify(details),
  }).flatMap(([name, value]) => [name, String(value)]);

export const summaryOf = (row: SessionRow, workspaceId: string): SessionSummary => ({
  id: row.id,
  workspaceId,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
  door: row.door,
  entryCount: row.seq,
  bytes: row.bytes,
  private: false,
  readOnly: false,
  ...shownDetails(row.details),
  ...(row.trashedAt === undefined ? {} : { trashedAt: row.trashedAt }),
});

const flat = z.array(z.string());

/** Undefined where there is no such session. */
export function readRow(reply: unknown): SessionRow | undefined {
  const words = flat.parse(reply);
  if (words.length === 0) return undefined;
  const pairs = words.flatMap((name, at) => (at % 2 === 0 ? [[name, words[at + 1]]] : []));
  return sessionRow.parse(Object.fromEntries(pairs));
}

/** What a turn keeps of its input. Written here only, so its draft is checked when it is appended. */
export interface Kept {
  user: UserEntryDraft;
  by: Answerer;
}

const turn = z.tuple([z.string(), z.tuple([z.enum(['live', 'queued']), count, z.string(), z.string()])]);

export interface TurnRow {
  turnId: string;
  state: 'live' | 'queued';
  place: number;
  holder: string;
  /** Its newest entry; empty while it waits. */
  last: string;
}

const stateReply = z.tuple([
  z.unknown(),
  z.array(turn),
  z.array(z.string().nullable()),
  z.array(z.string().nullable()),
]);

export interface SessionState {
  row: SessionRow;
  turns: TurnRow[];
  /** Which of the entries that were asked for there are. */
  has(entryId: string): boolean;
  /** Place of the entry that ended a turn that was asked for. */
  endOf(turnId: string): number | undefined;
}

export function readSessionState(
  reply: unknown,
  entryIds: readonly string[],
  turnIds: readonly string[],
): SessionState | undefined {
  const [session, turns, links, ends] = stateReply.parse(reply);
  const row = readRow(session);
  if (!row) return undefined;
  const known = new Set(entryIds.filter((_, at) => links[at] !== null));
  const ended = new Map(turnIds.map((id, at) => [id, ends[at] ?? undefined]));
  return {
    row,
    turns: turns.map(([turnId, [state, place, holder, last]]) => ({ turnId, state, place, holder, last })),
    has: (id) => known.has(id),
    endOf: (id) => {
      const seq = ended.get(id);
      return seq === undefined ? undefined : Number(seq);
    },
  };
}
