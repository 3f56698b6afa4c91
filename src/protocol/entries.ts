/**
 * The entries of a session's log. An entry is immutable; its parent makes edit-and-resend and fork
 * branches. The active branch is the path from the last appended entry to the root, so a `rewind`
 * entry, whose parent is the entry to go back to, moves the head without changing anything.
 */
import { z } from 'zod';
import { assistantBlock, stopReason, toolResultBlock, usage, userBlock } from './content.ts';
import { errorInfo } from './errors.ts';
import { contextReport } from './report.ts';

/** The way an input came in. */
export const doors = ['panel', 'command', 'bridge', 'cli', 'mcp', 'import', 'core'] as const;
export type Door = (typeof doors)[number];

/** Grounding sources a turn may use. */
export const groundingModes = ['off', 'open_files', 'workspace'] as const;
export type GroundingMode = (typeof groundingModes)[number];

/** How a turn ended; exactly one to a turn. */
export const turnOutcomes = ['done', 'stopped', 'failed', 'interrupted'] as const;
export type TurnOutcome = (typeof turnOutcomes)[number];

const common = {
  id: z.uuid(),
  parentId: z.uuid().nullable(),
  /** Position in the session's log, from 1 without gaps, given by the store. */
  seq: z.number().int().positive(),
  /** Milliseconds since the Unix epoch. */
  at: z.number().int().nonnegative(),
  door: z.enum(doors),
  /** Name of the program that sent it, for entries from the bridge. */
  client: z.string().optional(),
};

/** A chip of context the user attached or the editor offered: shown below the user's turn. */
export const attachment = z.object({
  kind: z.enum(['file', 'selection', 'problems', 'diff']),
  uri: z.string(),
  path: z.string(),
  startLine: z.number().int().positive().optional(),
  endLine: z.number().int().positive().optional(),
  text: z.string(),
  languageId: z.string().optional(),
});
export type Attachment = z.infer<typeof attachment>;

const userEntry = z.object({
  ...common,
  kind: z.literal('user'),
  turnId: z.uuid(),
  content: z.array(userBlock),
  attachments: z.array(attachment).optional(),
  grounding: z.enum(groundingModes),
  /** `provider/model` that was asked for with this input. */
  model: z.string().optional(),
  /** Ids of automatic context the user took out of this turn. */
  excluded: z.array(z.string()).optional(),
});
const assistantEntry = z.object({
  ...common,
  kind: z.literal('assistant'),
  turnId: z.uuid(),
  provider: z.string(),
  model: z.string(),
  content: z.array(assistantBlock),
  /** Set on the last entry of a turn only; a turn with tool calls has earlier assistant entries without it. */
  outcome: z.enum(turnOutcomes).optional(),
  stopReason: stopReason.optional(),
  error: errorInfo.optional(),
  usage: usage.optional(),
  /** US dollars by the price table of the day; absent when the price is unknown. */
  costUsd: z.number().nonnegative().optional(),
  report: contextReport.optional(),
});
const toolResultEntry = z.object({
  ...common,
  kind: z.literal('tool_result'),
  turnId: z.uuid(),
  results: z.array(toolResultBlock).min(1),
});
/** A structured snapshot of a run of older entries; `covers` names its first and last. */
const frameEntry = z.object({
  ...common,
  kind: z.literal('frame'),
  covers: z.object({ fromId: z.uuid(), toId: z.uuid() }),
  method: z.enum(['model', 'extractive', 'edited']),
  model: z.string().optional(),
  replacesId: z.uuid().optional(),
  active: z.boolean(),
  body: z.object({
    goals: z.array(z.string()),
    decisions: z.array(z.object({ what: z.string(), why: z.string() })),
    facts: z.array(z.string()),
    entities: z.array(z.object({ name: z.string(), note: z.string() })),
    files: z.array(z.object({ path: z.string(), state: z.string(), symbols: z.array(z.string()) })),
    failed: z.array(z.string()),
    openSteps: z.array(z.string()),
    preferences: z.array(z.string()),
  }),
});
const directiveEntry = z.object({
  ...common,
  kind: z.literal('directive'),
  /** Stable across the entries that change one directive. */
  directiveId: z.uuid(),
  text: z.string().min(1),
  state: z.enum(['candidate', 'confirmed', 'removed']),
  sourceId: z.uuid().optional(),
  supersedesId: z.uuid().optional(),
});
const taskEntry = z.object({
  ...common,
  kind: z.literal('task'),
  taskId: z.uuid(),
  title: z.string().min(1),
  state: z.enum(['open', 'done', 'abandoned']),
  steps: z.array(z.object({ text: z.string(), state: z.enum(['pending', 'awaited', 'done', 'dropped']) })),
});
const titleEntry = z.object({ ...common, kind: z.literal('title'), title: z.string().min(1).max(200) });
const modelEntry = z.object({ ...common, kind: z.literal('model'), provider: z.string(), model: z.string() });
const rewindEntry = z.object({ ...common, kind: z.literal('rewind') });

export const entry = z.discriminatedUnion('kind', [
  userEntry,
  assistantEntry,
  toolResultEntry,
  frameEntry,
  directiveEntry,
  taskEntry,
  titleEntry,
  modelEntry,
  rewindEntry,
]);

export type Entry = z.infer<typeof entry>;
export type EntryKind = Entry['kind'];
export type UserEntry = z.infer<typeof userEntry>;
export type AssistantEntry = z.infer<typeof assistantEntry>;
export type ToolResultEntry = z.infer<typeof toolResultEntry>;

type Drafted<E> = E extends Entry ? Omit<E, 'seq' | 'parentId'> & { parentId?: string | null } : never;
/**
 * An entry before the store has given it its place. Without `parentId` its parent is the session's
 * head at the moment of the append; null starts a branch of its own at the root.
 */
export type EntryDraft = Drafted<Entry>;
export type UserEntryDraft = Drafted<UserEntry>;
export type AssistantEntryDraft = Drafted<AssistantEntry>;
