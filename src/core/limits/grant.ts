/** Whether so much may be used, by a program and by all of them together. Pure. */
import { type Amounts, boundOf, type ClientLimits, type LimitKind, limitKinds } from './limits.ts';
import { freeIn, type Slot, usedIn, windowOf } from './windows.ts';

/** One side that a use counts for. */
export interface Side {
  scope: LimitScope;
  limits: ClientLimits;
  /** What was used, by kind. */
  used: Partial<Record<LimitKind, readonly Slot[]>>;
  /** What processes hold for calls that they may still make or that run. */
  held: Amounts;
}

/** The program's own limits, or those of all programs together. */
export type LimitScope = 'client' | 'all';

/** A limit that said no. */
export interface Refusal {
  scope: LimitScope;
  kind: LimitKind;
  /** In the units that are counted. */
  bound: number;
  /** What was asked for. */
  need: number;
  /** Ms until it may be had, as far as that is known; absent when it never can. */
  endsInMs?: number;
}

/** What is left of a limit after a grant. */
export interface Left {
  scope: LimitScope;
  kind: LimitKind;
  bound: number;
  left: number;
  /** Ms until there is more, when something is used. */
  moreInMs?: number;
}

/** What is held is given back within so many ms when it is not used: a second, the longest that a process keeps it. */
const heldMs = 1_000;

/**
 * As much of each kind as is wished for and free, and never less than needed; or the limit that says no, of several
 * the one that does so longest.
 */
export function grant(
  sides: readonly Side[],
  need: Amounts,
  wish: Amounts,
  now: number,
): { granted: Amounts } | { refused: Refusal } {
  const granted: Amounts = {};
  let refused: Refusal | undefined;
  for (const kind of limitKinds) {
    const needed = need[kind] ?? 0;
    let most = Math.max(wish[kind] ?? 0, needed);
    for (const side of sides) {
      const bound = boundOf(side.limits, kind);
      if (bound === undefined) continue;
      const free = Math.max(0, bound - takenOf(side, kind, now));
      most = Math.min(most, free);
      if (needed > free) {
        const refusal = refusalOf(side, kind, bound, needed, now);
        if (!refused || waitOf(refusal) > waitOf(refused)) refused = refusal;
      }
    }
    if (most > 0) granted[kind] = most;
  }
  return refused ? { refused } : { granted };
}

/** What is left on each side where there is a bound. */
export const leftOf = (sides: readonly Side[], now: number): Left[] =>
  sides.flatMap((side) =>
    limitKinds.flatMap((kind): Left[] => {
      const bound = boundOf(side.limits, kind);
      if (bound === undefined) return [];
      const window = windowOf(kind);
      const moreInMs = window && freeIn(window, side.used[kind] ?? [], now, 0);
      const left = Math.max(0, bound - takenOf(side, kind, now));
      return [{ scope: side.scope, kind, bound, left, ...(moreInMs === undefined ? {} : { moreInMs }) }];
    }),
  );

function takenOf({ used, held }: Side, kind: LimitKind, now: number): number {
  const window = windowOf(kind);
  return (held[kind] ?? 0) + (window ? usedIn(window, used[kind] ?? [], now) : 0);
}

function refusalOf(side: Side, kind: LimitKind, bound: number, need: number, now: number): Refusal {
  const { scope } = side;
  const refusal = { scope, kind, bound, need };
  if (need > bound) return refusal;
  const window = windowOf(kind);
  const over = takenOf(side, kind, now) + need - bound;
  const endsInMs = (window && freeIn(window, side.used[kind] ?? [], now, over)) ?? heldMs;
  return { ...refusal, endsInMs };
}

const waitOf = ({ endsInMs }: Refusal): number => endsInMs ?? Number.POSITIVE_INFINITY;
