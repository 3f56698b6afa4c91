/** Events of a turn and of a session, the same through every door. */
import { z } from 'zod';
import { assistantBlock, citation, usage } from './content.ts';
import { entry } from './entries.ts';
import { queuedTurn, sessionSummary } from './session.ts';

const turn = { sessionId: z.uuid(), turnId: z.uuid() };

/**
 * What follows `turn.started` and precedes the terminal event. Block indexes count from 0 within one answer; an assistant
 * entry without an outcome ends one, and the answer to the results of its tool calls counts from 0 again.
 */
export const turnDelta = z.discriminatedUnion('type', [
  z.object({ ...turn, type: z.literal('turn.text'), block: z.number().int(), text: z.string() }),
  z.object({ ...turn, type: z.literal('turn.thinking'), block: z.number().int(), text: z.string() }),
  z.object({ ...turn, type: z.literal('turn.citation'), block: z.number().int(), citation }),
  z.object({
    ...turn,
    type: z.literal('turn.tool_call'),
    block: z.number().int(),
    id: z.string(),
    name: z.string(),
    input: z.record(z.string(), z.unknown()),
  }),
  /** What a tool gave back; `text` is the beginning of it, the whole is in the entry that follows. */
  z.object({
    ...turn,
    type: z.literal('turn.tool_result'),
    id: z.string(),
    isError: z.boolean(),
    text: z.string(),
  }),
  /** Of the turn so far, all its requests together. */
  z.object({ ...turn, type: z.literal('turn.usage'), usage }),
  /** The provider is being asked again after `delayMs`; nothing of an answer had arrived. */
  z.object({
    ...turn,
    type: z.literal('turn.retrying'),
    attempt: z.number().int().positive(),
    delayMs: z.number().int().nonnegative(),
    reason: z.string(),
  }),
]);

/** The terminal event; `entry` is the assistant entry that was stored with it. */
export const turnEnded = z.object({ ...turn, type: z.literal('turn.ended'), entry });
export const turnStarted = z.object({
  ...turn,
  type: z.literal('turn.started'),
  provider: z.string(),
  model: z.string(),
});
export const turnQueued = z.object({ ...turn, type: z.literal('turn.queued'), queued: queuedTurn });
/** A queued turn was taken back before it began: the terminal event of a turn that never entered the log. */
export const turnWithdrawn = z.object({ ...turn, type: z.literal('turn.withdrawn') });

export const turnEvent = z.discriminatedUnion('type', [
  turnQueued,
  turnWithdrawn,
  turnStarted,
  ...turnDelta.options,
  turnEnded,
]);
export type TurnEvent = z.infer<typeof turnEvent>;

/** Everything a subscriber of sessions hears. Each appended entry is told once, in the order of the log. */
export const sessionEvent = z.discriminatedUnion('type', [
  ...turnEvent.options,
  z.object({ type: z.literal('entry.appended'), sessionId: z.uuid(), entry }),
  /** Created, renamed, trashed, restored. */
  z.object({ type: z.literal('session.changed'), sessionId: z.uuid(), session: sessionSummary }),
  z.object({ type: z.literal('session.purged'), sessionId: z.uuid() }),
  z.object({ type: z.literal('queue.changed'), sessionId: z.uuid(), queue: z.array(queuedTurn) }),
  /**
   * The whole partial answer of a live turn of another process; it replaces what was shown of that turn.
   * The process that runs the turn sends deltas instead.
   */
  z.object({ ...turn, type: z.literal('turn.progress'), content: z.array(assistantBlock) }),
]);
export type SessionEvent = z.infer<typeof sessionEvent>;
