/** Where a session's log went more than one way: what a door shows of its branches. */
import { z } from 'zod';

/** One of the inputs that stand beside each other, with the branch that goes on from it. */
export const way = z.object({
  entryId: z.uuid(),
  /** The same number for inputs that say the same, which are retries; from 0 in the order they were first said. */
  input: z.number().int().nonnegative(),
  /** Where the branch was last: the entry to make the head when the session is to go on there. */
  leafId: z.uuid(),
  /** Place of the branch's newest entry in the log; the greatest was used last. */
  leafSeq: z.number().int().positive(),
});
export type Way = z.infer<typeof way>;

export const fork = z.object({
  /** The input that is on the active branch. */
  entryId: z.uuid(),
  /** All inputs at this place, this one too, in the order of the log. */
  ways: z.array(way).min(2),
});
export type Fork = z.infer<typeof fork>;
