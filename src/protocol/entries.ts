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

/** What a piece of context is of. */
export const attachmentKinds = [
  'file',
  'selection',
  'problems',
  'diff',
  'folder',
  'symbol',
  'terminal',
  'session',
  // Of an input that is not sent yet; then they are blocks of its content.
  'image',
  'pdf',
] as const;

/** A chip of context the user attached or the editor offered: shown below the user's turn. */
export const attachment = z.object({
  kind: z.enum(attachmentKinds),
  uri: z.string(),
  path: z.string(),
  startLine: z.number().int().positive().optional(),
  endLine: z.number().int().positive().optional(),
  text: z.string(),
  languageId: z.string().optional(),
  /**
   * Named with `@` in the input: it goes with this turn alone, as passages that can be cited. Without a text it is read
   * when it is sent, as far as the workspace lets it be read.
   */
  mention: z.literal(true).optional(),
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
  /** Ids of context the user took out of this turn. */
  excluded: z.array(z.string()).optional(),
  /** Earlier entries the user wants word for word in this turn. */
  pinned: z.array(z.uuid()).optional(),
  /** Parts of the context the user wrote anew for this turn, by part id. */
  replaced: z.array(z.object({ partId: z.string(), text: z.string() })).optional(),
  /**
   * The input whose turn ended with calls for the program that had asked. This one has no words of its own: it goes on
   * from the results, which stand before it.
   */
  continuesId: z.uuid().optional(),
  /** JSON Schema the answer was to follow. */
  output: z.record(z.string(), z.unknown()).optional(),
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
  /** Of all requests of the turn together; stands on its last entry, so that a sum over entries counts each once. */
  usage: usage.optional(),
  /** US dollars by the price table of the day, as `usage`; absent when the price is unknown. */
  costUsd: z.number().nonnegative().optional(),
  /**
   * Of the one request that this entry answers and `report` tells of: null where it ended without saying, absent where it
   * is the turn's only one and has the turn's `usage`.
   */
  requestUsage: usage.nullable().optional(),
  report: contextReport.optional(),
  /** The last request was answered as an equal one was before: no model was asked, and nothing was spent on it. */
  cached: z.literal(true).optional(),
});
const toolResultEntry = z.object({
  ...common,
  kind: z.literal('tool_result'),
  turnId: z.uuid(),
  results: z.array(toolResultBlock).min(1),
});
export const frameBody = z.object({
  /** In the user's own words. */
  goals: z.array(z.string()),
  decisions: z.array(z.object({ what: z.string(), why: z.string() })),
  facts: z.array(z.string()),
  entities: z.array(z.object({ name: z.string(), note: z.string() })),
  files: z.array(z.object({ path: z.string(), state: z.string(), symbols: z.array(z.string()) })),
  failed: z.array(z.string()),
  openSteps: z.array(z.string()),
  preferences: z.array(z.string()),
});
export type FrameBody = z.infer<typeof frameBody>;

/**
 * A structured snapshot of a run of older entries; `covers` names its first and last. Frames, directives and tasks
 * belong to the session: they are found by their kind and not by the branch they were appended to, and hold as long
 * as what they cover or come from stands on the active branch.
 */
const frameEntry = z.object({
  ...common,
  kind: z.literal('frame'),
  covers: z.object({ fromId: z.uuid(), toId: z.uuid() }),
  method: z.enum(['model', 'extractive', 'edited']),
  model: z.string().optional(),
  /** The frame whose place this one takes: an edit, a rebuild, or switching it off or on. */
  replacesId: z.uuid().optional(),
  active: z.boolean(),
  body: frameBody,
  /** One line on what a covered entry says, written at compaction; recall finds the entry by it. */
  notes: z.array(z.object({ entryId: z.uuid(), text: z.string() })).optional(),
  /** What the request cost that wrote the frame. */
  usage: usage.optional(),
  costUsd: z.number().nonnegative().optional(),
});
/** `cue`: by its wording; `model`: by the model's note at compaction; `repetition`: said again; `user`: in the list. */
export const directiveOrigins = ['cue', 'model', 'repetition', 'user'] as const;
const directiveEntry = z.object({
  ...common,
  kind: z.literal('directive'),
  /** Stable across the entries that change one directive. */
  directiveId: z.uuid(),
  text: z.string().min(1),
  state: z.enum(['candidate', 'confirmed', 'removed']),
  /** How it came to be known; absent in entries of version 0.1. */
  origin: z.enum(directiveOrigins).optional(),
  /** The entry it was said in; absent when the user wrote it into the list. */
  sourceId: z.uuid().optional(),
  /** An earlier directive on the same matter that this one overrides. */
  supersedesId: z.uuid().optional(),
  /** Directives that were merged into this one to keep the pinned ones within their budget. */
  mergedIds: z.array(z.uuid()).optional(),
  /** Why it was merged or is no longer pinned, where nobody asked for it: the pinned ones were over their budget. */
  because: z.literal('budget').optional(),
});
const taskEntry = z.object({
  ...common,
  kind: z.literal('task'),
  taskId: z.uuid(),
  title: z.string().min(1),
  state: z.enum(['open', 'done', 'abandoned']),
  steps: z.array(z.object({ text: z.string(), state: z.enum(['pending', 'awaited', 'done', 'dropped']) })),
});
const titleEntry = z.object({
  ...common,
  kind: z.literal('title'),
  title: z.string().min(1).max(200),
  /** A model wrote it, which never takes the place of one that somebody gave. */
  method: z.literal('model').optional(),
  /** `provider/model`, with what its request took. */
  model: z.string().optional(),
  usage: usage.optional(),
  costUsd: z.number().optional(),
});
const modelEntry = z.object({ ...common, kind: z.literal('model'), provider: z.string(), model: z.string() });
/** The named assistant that answers from here on. */
const profileEntry = z.object({ ...common, kind: z.literal('profile'), name: z.string().min(1).max(100) });
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
  profileEntry,
  rewindEntry,
]);

export type Entry = z.infer<typeof entry>;
export type EntryKind = Entry['kind'];
export type UserEntry = z.infer<typeof userEntry>;
export type AssistantEntry = z.infer<typeof assistantEntry>;
export type ToolResultEntry = z.infer<typeof toolResultEntry>;
export type FrameEntry = z.infer<typeof frameEntry>;
export type DirectiveEntry = z.infer<typeof directiveEntry>;
export type TaskEntry = z.infer<typeof taskEntry>;

type Drafted<E> = E extends Entry ? Omit<E, 'seq' | 'parentId'> & { parentId?: string | null } : never;
/**
 * An entry before the store has given it its place. Without `parentId` its parent is the session's
 * head at the moment of the append; null starts a branch of its own at the root.
 */
export type EntryDraft = Drafted<Entry>;
export type UserEntryDraft = Drafted<UserEntry>;
export type AssistantEntryDraft = Drafted<AssistantEntry>;
