/**
 * The wire between the extension and the page of the dashboard, both directions. The page opens a range and is given
 * its sums once; from then on it is told each new call, and adds it itself.
 */
import { z } from 'zod';
import { doors } from './entries.ts';
import { errorInfo } from './errors.ts';

export const usageRanges = ['day', 'week', 'month'] as const;
export type UsageRange = (typeof usageRanges)[number];

const count = z.number().int().nonnegative();
const text = z.string().max(1000);

/** One call as a line of the live log. */
export const usageCall = z.object({
  id: count,
  /** When it began; ms since the epoch. */
  at: z.number(),
  /** `owner`, or the id of a client. */
  client: text,
  wire: z.enum(['anthropic', 'openai', ...doors]),
  /** What was asked of the model, such as `messages`, `turn` or `frame`. */
  operation: text,
  model: text,
  session: text.optional(),
  outcome: z.enum(['done', 'refused', 'failed', 'truncated', 'stalled', 'aborted']),
  error: text.optional(),
  /** Absent where nobody told them. */
  tokens: z.object({ fresh: count, written: count, read: count, output: count }).optional(),
  /** US dollars; absent when the price is unknown. */
  cost: z.number().nonnegative().optional(),
  masked: count.optional(),
  cached: z.boolean(),
  /** What was said is kept and can be shown. */
  hasBodies: z.boolean(),
  firstTokenMs: z.number().optional(),
  totalMs: z.number(),
});
export type UsageCall = z.infer<typeof usageCall>;

const sums = {
  calls: count,
  failures: count,
  /** Tokens of prompts: new ones, those written into the cache, and those read from it. */
  fresh: count,
  written: count,
  read: count,
  output: count,
  /** US dollars of the calls whose price is known. */
  cost: z.number().nonnegative(),
  /** Calls with tokens and without a known price. */
  unpriced: count,
};
const slots = z.array(z.tuple([count, count]));

/** One stretch of time. */
export const usageBucket = z.object({
  at: count,
  ...sums,
  /** Answers that were kept from earlier calls. */
  hits: count,
  total: slots,
  first: slots,
});
export type UsageBucket = z.infer<typeof usageBucket>;

export const usageSum = z.object({ key: text, ...sums });
export type UsageSum = z.infer<typeof usageSum>;

export const usageGroupNames = ['session', 'client', 'model'] as const;
export type UsageGroupName = (typeof usageGroupNames)[number];

/** What ids stand for; one that is not there has no name here, such as a session of another workspace. */
export const usageNames = z.record(z.string(), text);

export const usageOverview = z.object({
  range: z.enum(usageRanges),
  /** When the first stretch begins, and how long each is; ms. */
  from: z.number(),
  step: z.number().positive(),
  /** Stretches of the range. */
  count: z.number().int().positive(),
  /** Those in which there were calls. */
  buckets: z.array(usageBucket),
  sums: z.object({ session: z.array(usageSum), client: z.array(usageSum), model: z.array(usageSum) }),
  /** The newest calls, oldest first. */
  calls: z.array(usageCall),
  names: usageNames,
});
export type UsageOverview = z.infer<typeof usageOverview>;

export const usageToHost = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), range: z.enum(usageRanges) }),
  z.object({ type: z.literal('showSession'), sessionId: z.uuid() }),
  /** What was said in a call. */
  z.object({ type: z.literal('showBodies'), call: count }),
]);
export type UsageToHost = z.infer<typeof usageToHost>;

export const hostToUsage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('overview'), overview: usageOverview }),
  /** Calls that are new, oldest first, and the names of what they are of. */
  z.object({ type: z.literal('calls'), calls: z.array(usageCall), names: usageNames }),
  z.object({ type: z.literal('problem'), problem: errorInfo }),
]);
export type HostToUsage = z.infer<typeof hostToUsage>;
