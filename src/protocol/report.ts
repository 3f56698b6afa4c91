import { z } from 'zod';

/** Kinds of segment, in the order in which they stand on the wire. */
export const segmentKinds = [
  'tools',
  'system',
  'memory_file',
  'directives',
  'frame',
  'conversation',
  'task',
  'recall',
  'grounding',
  'input',
] as const;

/**
 * One part of what is sent to a model. `text` is kept for parts that exist nowhere else
 * (the system prompt, memory files, grounding); a conversation segment names its entries instead.
 */
export const segment = z.object({
  kind: z.enum(segmentKinds),
  label: z.string(),
  tokens: z.number().int().nonnegative(),
  reason: z.string(),
  entryIds: z.array(z.string()).optional(),
  /** Of automatic context: by this the user can leave it out of a turn. */
  partId: z.string().optional(),
  text: z.string().optional(),
});

/** What was sent in one request and why. Nothing is sent that the report does not list. */
export const contextReport = z.object({
  model: z.string(),
  /** Tokens the model's window holds, input and output together. */
  window: z.number().int().positive(),
  /** Tokens kept free for the answer. */
  outputReserve: z.number().int().nonnegative(),
  /** Tokens the segments may take together. */
  budget: z.number().int().nonnegative(),
  segments: z.array(segment),
  /** What did not fit or was left out, with the reason in words. */
  omitted: z.array(
    z.object({ label: z.string(), tokens: z.number().int().nonnegative(), reason: z.string() }),
  ),
});

export type Segment = z.infer<typeof segment>;
export type ContextReport = z.infer<typeof contextReport>;

/** Tokens of all segments of a report. */
export function reportTokens(report: ContextReport): number {
  return report.segments.reduce((sum, part) => sum + part.tokens, 0);
}
