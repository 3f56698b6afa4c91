/** What a session remembers beside its turns, as people and programs see it. */
import { z } from 'zod';
import { directiveOrigins, frameBody } from './entries.ts';

/** A frame as it stands now, edits and rebuilds taken in. */
export const frameView = z.object({
  /** Id of its newest entry. */
  id: z.uuid(),
  at: z.number().int(),
  covers: z.object({ fromId: z.uuid(), toId: z.uuid() }),
  /** Entries between both ends, frames within it included. */
  entryCount: z.number().int().nonnegative(),
  turnCount: z.number().int().nonnegative(),
  method: z.enum(['model', 'extractive', 'edited']),
  model: z.string().optional(),
  active: z.boolean(),
  /** A larger frame covers it, so that it is not sent itself. */
  within: z.uuid().optional(),
  body: frameBody,
});
export type FrameView = z.infer<typeof frameView>;

export const directiveView = z.object({
  directiveId: z.uuid(),
  text: z.string(),
  /** `candidate` is recalled when it matters, `confirmed` is in every request. */
  state: z.enum(['candidate', 'confirmed', 'removed']),
  origin: z.enum(directiveOrigins),
  at: z.number().int(),
  sourceId: z.uuid().optional(),
  /** The directive that overrides it. */
  overriddenBy: z.uuid().optional(),
  /** It was made of others, or is no longer in every request, because those were too long together. */
  because: z.literal('budget').optional(),
  /** Earlier wordings, oldest first. */
  history: z.array(z.object({ at: z.number().int(), text: z.string() })),
  /** `user`: from the user's profile, in every workspace. */
  scope: z.enum(['session', 'user']),
});
export type DirectiveView = z.infer<typeof directiveView>;

export const taskStepStates = ['pending', 'awaited', 'done', 'dropped'] as const;
export const taskStep = z.object({ text: z.string().min(1).max(2000), state: z.enum(taskStepStates) });
export const taskView = z.object({
  taskId: z.uuid(),
  at: z.number().int(),
  title: z.string(),
  state: z.enum(['open', 'done', 'abandoned']),
  steps: z.array(taskStep),
});
export type TaskView = z.infer<typeof taskView>;

export const sessionMemoryView = z.object({
  frames: z.array(frameView),
  directives: z.array(directiveView),
  tasks: z.array(taskView),
  /** Name of the profile that answers. */
  profile: z.string(),
});
export type SessionMemoryView = z.infer<typeof sessionMemoryView>;

/** A change of a task; without `taskId` a new one. What is left out stays. */
export const taskChange = z.object({
  taskId: z.uuid().optional(),
  title: z.string().min(1).max(200).optional(),
  state: z.enum(['open', 'done', 'abandoned']).optional(),
  steps: z.array(taskStep).max(100).optional(),
});
export type TaskChange = z.infer<typeof taskChange>;

export const profileChoice = z.object({
  name: z.string(),
  /** One line on what it is for. */
  description: z.string(),
  source: z.enum(['built_in', 'user', 'workspace']),
});
export type ProfileChoice = z.infer<typeof profileChoice>;

/** An earlier entry that matters for a text, with the reason in words. */
export const recalledEntry = z.object({
  sessionId: z.uuid(),
  entryId: z.uuid(),
  at: z.number().int(),
  role: z.enum(['user', 'assistant', 'tool', 'frame']),
  score: z.number(),
  why: z.enum(['words', 'meaning', 'time', 'note', 'neighbour']),
  /** Words of the question that it has, as they were written. */
  terms: z.array(z.string()),
});
export type RecalledEntry = z.infer<typeof recalledEntry>;
