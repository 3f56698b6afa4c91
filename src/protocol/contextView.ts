/** What the context inspector shows of one request. */
import { z } from 'zod';
import { usage } from './content.ts';
import { turnOutcomes } from './entries.ts';
import { contextReport, segment } from './report.ts';

/** Of one segment, in tokens of the API's own count where it is known, else estimated. */
export const segmentCost = z.object({
  /** Read from the prompt cache. */
  cached: z.number().int().nonnegative(),
  /** Written to it. */
  written: z.number().int().nonnegative(),
  /** Neither. */
  fresh: z.number().int().nonnegative(),
  /** US dollars; absent when the price is unknown. */
  usd: z.number().nonnegative().optional(),
});
export type SegmentCost = z.infer<typeof segmentCost>;

/** A secret, or personal data, in what was or would be sent; the value itself never crosses a border. */
export const secretMark = z.object({
  segment: z.number().int().nonnegative(),
  /** What it looks like, in words. */
  what: z.string(),
  line: z.number().int().positive(),
  /** A placeholder stands in its place; else it goes as it is. */
  masked: z.boolean(),
});
export type SecretMark = z.infer<typeof secretMark>;

/** Texts do not come along; they are asked for one at a time. */
export const contextView = z.object({
  sessionId: z.uuid(),
  /** Absent for what would be sent now. */
  turnId: z.uuid().optional(),
  report: contextReport.extend({ segments: z.array(segment.omit({ text: true })) }),
  /** One for each segment, in order. */
  costs: z.array(segmentCost),
  /** Of this one request, as the API counted it; absent where it is not over or did not say. */
  usage: usage.optional(),
  /** US dollars, as `usage`; absent when the price is unknown. */
  costUsd: z.number().nonnegative().optional(),
  /** The turn it is the last request of until now; absent for what would be sent now. */
  turn: z
    .object({
      /** `running` while it has not ended: it may make further requests. */
      state: z.enum(['running', ...turnOutcomes]),
      /** Of all its requests together; absent until it has ended, and where none said. */
      usage: usage.optional(),
      costUsd: z.number().nonnegative().optional(),
    })
    .optional(),
  secrets: z.array(secretMark),
});
export type ContextView = z.infer<typeof contextView>;
