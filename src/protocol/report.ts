import { z } from 'zod';
import { clientOptions } from './clientOptions.ts';

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
  /** Those of `entryIds` whose pictures and PDFs had no room: words are sent in their places. */
  withoutMedia: z.array(z.string()).optional(),
  /** The session in which a recalled entry was said. */
  sessionId: z.uuid().optional(),
  /** Of what the user can leave out of a turn or write anew for it: the name by which that is said. */
  partId: z.string().optional(),
  /** A breakpoint of the prompt cache stands after this segment. */
  cache: z.enum(['5m', '1h']).optional(),
  /** Where the text stands in the workspace; such a segment can be cited in the answer. Lines as in a citation. */
  place: z
    .object({
      uri: z.string(),
      path: z.string(),
      startLine: z.number().int().positive(),
      endLine: z.number().int().positive(),
    })
    .optional(),
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
  /** What else of the request changes the answer; with the segments it gives the exact request again. */
  options: z
    .object({
      maxOutputTokens: z.number().int().positive(),
      thinking: z.boolean(),
      /** Of a request that a program made in its own wire. */
      client: clientOptions.optional(),
      /** JSON Schema the answer was to follow. */
      output: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
  segments: z.array(segment),
  /** How many different values of each kind have placeholders in their places; absent where there are none. */
  masked: z
    .array(z.object({ kind: z.string(), what: z.string(), count: z.number().int().positive() }))
    .optional(),
  /**
   * The user's own modules that changed the request after it was put together, and what was sent instead of its parts: an
   * empty text where one was taken out. Absent where nothing was changed.
   */
  transformed: z
    .object({
      files: z.array(z.string()),
      parts: z.array(
        z.object({
          place: z.string(),
          text: z.string().optional(),
          /** More was sent than is kept here. */
          cut: z.literal(true).optional(),
        }),
      ),
    })
    .optional(),
  /** What did not fit or was left out, with the reason in words. */
  omitted: z.array(
    z.object({ label: z.string(), tokens: z.number().int().nonnegative(), reason: z.string() }),
  ),
});

export type Segment = z.infer<typeof segment>;
/** Lines of a file, from 1, both ends included. */
export type FilePlace = NonNullable<Segment['place']>;
export type ContextReport = z.infer<typeof contextReport>;

/** Tokens of all segments of a report. */
export function reportTokens(report: ContextReport): number {
  return report.segments.reduce((sum, part) => sum + part.tokens, 0);
}
