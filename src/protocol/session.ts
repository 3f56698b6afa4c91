import { z } from 'zod';
import { attachment, doors } from './entries.ts';

/** Tokens and US dollars of all answers and of the requests that wrote frames and titles; `costKnown` is false when the price of one was missing. */
export const spending = z.object({
  tokens: z.number().int().nonnegative(),
  costUsd: z.number().nonnegative(),
  costKnown: z.boolean(),
});
export type Spending = z.infer<typeof spending>;
/** Where a session is kept: in the workspace's database, or in the memory of one process. */
export const sessionSummary = z.object({
  id: z.uuid(),
  /** Id of the workspace the session belongs to, from the register of workspaces. */
  workspaceId: z.string(),
  title: z.string(),
  createdAt: z.number().int(),
  /** Time of the last entry, milliseconds since the epoch. */
  updatedAt: z.number().int(),
  door: z.enum(doors),
  client: z.string().optional(),
  /** Id of the client of the bridge that made it, and whether other clients may use it. */
  clientId: z.string().optional(),
  shared: z.boolean().optional(),
  entryCount: z.number().int().nonnegative(),
  /** Size of the stored entries in bytes. */
  bytes: z.number().int().nonnegative(),
  /** Of all branches: what was thrown away was paid for too. Absent before the first answer. */
  spent: spending.optional(),
  trashedAt: z.number().int().optional(),
  private: z.boolean(),
  readOnly: z.boolean(),
  /** `provider/model` of the newest model entry. */
  model: z.string().optional(),
  forkedFrom: z.object({ sessionId: z.uuid(), entryId: z.uuid() }).optional(),
});
export type SessionSummary = z.infer<typeof sessionSummary>;

/** Where a session stands among all, the newest first; several may have changed in the same millisecond. */
export const sessionPlace = sessionSummary.pick({ updatedAt: true, id: true });
export type SessionPlace = z.infer<typeof sessionPlace>;

/** A hit of the full-text search; `snippet` marks what matched with U+0002 and U+0003. */
export const searchHit = z.object({
  sessionId: z.uuid(),
  sessionTitle: z.string(),
  entryId: z.uuid(),
  at: z.number().int(),
  snippet: z.string(),
});
export type SearchHit = z.infer<typeof searchHit>;

/** An accepted input that waits for the live turn of its session to end. */
export const queuedTurn = z.object({
  turnId: z.uuid(),
  sessionId: z.uuid(),
  /** 1 is next. */
  position: z.number().int().positive(),
  text: z.string(),
  attachments: z.array(attachment).optional(),
  door: z.enum(doors),
  client: z.string().optional(),
});
export type QueuedTurn = z.infer<typeof queuedTurn>;

/** What the user has typed and chosen in a session and not sent. */
export const draft = z.object({
  text: z.string(),
  attachments: z.array(attachment),
  /** Automatic context that the user took out of the next turn, with the words it was shown by. */
  excluded: z.array(z.object({ id: z.string(), label: z.string() })).optional(),
  /** Earlier entries that go word for word with the next turn, with the words they were shown by. */
  pinned: z.array(z.object({ entryId: z.uuid(), label: z.string() })).optional(),
  /** Parts of the context that were written anew for the next turn. */
  replaced: z.array(z.object({ partId: z.string(), label: z.string(), text: z.string() })).optional(),
  /** New texts of earlier inputs that are being edited. */
  edits: z.array(z.object({ entryId: z.uuid(), text: z.string() })).optional(),
});
export type Draft = z.infer<typeof draft>;

export function isEmptyDraft({ text, attachments, ...chosen }: Draft): boolean {
  const { excluded = [], pinned = [], replaced = [], edits = [] } = chosen;
  return text === '' && [attachments, excluded, pinned, replaced, edits].every(({ length }) => length === 0);
}
