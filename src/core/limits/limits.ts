/** What a program may use: how it is said, kept and read. */
import { z } from 'zod';

/** Each bound is absent where there is none. */
export const clientLimits = z.object({
  /** Requests to the bridge in any minute. */
  requestsPerMinute: z.number().int().min(1).max(1_000_000).optional(),
  /** Tokens in any minute, in and out, those read from and written to the cache among them. */
  tokensPerMinute: z.number().int().min(1).max(1_000_000_000).optional(),
  /** Turns and relayed calls at the same time. */
  parallel: z.number().int().min(1).max(1000).optional(),
  /** US dollars in any 24 hours. */
  usdPerDay: z.number().positive().max(1_000_000).optional(),
});
export type ClientLimits = z.infer<typeof clientLimits>;

/** What is counted. `money` is in millionths of a US dollar, so that sums are exact. */
export const limitKinds = ['requests', 'tokens', 'parallel', 'money'] as const;
export type LimitKind = (typeof limitKinds)[number];

/** How much of each kind; what is not named is none. */
export type Amounts = Partial<Record<LimitKind, number>>;

export const microDollars = (usd: number): number => Math.ceil(usd * 1_000_000 - 1e-6);

/** The bound of a kind in the units that are counted; undefined where there is none. */
export function boundOf(limits: ClientLimits | undefined, kind: LimitKind): number | undefined {
  switch (kind) {
    case 'requests':
      return limits?.requestsPerMinute;
    case 'tokens':
      return limits?.tokensPerMinute;
    case 'parallel':
      return limits?.parallel;
    case 'money':
      // Down, so that the bound is never passed by a fraction.
      return limits?.usdPerDay === undefined ? undefined : Math.floor(limits.usdPerDay * 1_000_000 + 1e-6);
    default:
      return kind satisfies never;
  }
}

export const isLimited = (limits: ClientLimits | undefined): boolean =>
  limits !== undefined && limitKinds.some((kind) => boundOf(limits, kind) !== undefined);
