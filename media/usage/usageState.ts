/** What the dashboard shows, and what becomes of it with each message and each act. Pure. */
import type { ErrorInfo } from '../../src/protocol/errors.ts';
import { withCall } from '../../src/protocol/latency.ts';
import {
  type HostToUsage,
  type UsageBucket,
  type UsageCall,
  type UsageGroupName,
  type UsageOverview,
  type UsageRange,
  type UsageSum,
  usageGroupNames,
} from '../../src/protocol/usage.ts';

export interface UsageState {
  range: UsageRange;
  /** Undefined until the range was told. */
  overview: Omit<UsageOverview, 'calls' | 'names'> | undefined;
  /** The newest calls, oldest first. */
  calls: readonly UsageCall[];
  names: Readonly<Record<string, string>>;
  /** Number of the last call that the live log shows while it stands still. */
  pausedAt: number | undefined;
  filter: string;
  failuresOnly: boolean;
  problem: ErrorInfo | undefined;
}

export const initialState = (range: UsageRange): UsageState => ({
  range,
  overview: undefined,
  calls: [],
  names: {},
  pausedAt: undefined,
  filter: '',
  failuresOnly: false,
  problem: undefined,
});

export type UsageAction =
  | HostToUsage
  | { type: 'range'; range: UsageRange }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'filter'; filter: string }
  | { type: 'failuresOnly'; on: boolean };

/** Lines of the live log that are kept: what somebody scrolls through, not the log itself. */
export const mostLines = 200;

export function reduce(state: UsageState, action: UsageAction): UsageState {
  switch (action.type) {
    case 'overview': {
      const { calls, names, ...overview } = action.overview;
      // Of a range that was left meanwhile nothing is shown.
      if (overview.range !== state.range) return state;
      return {
        ...state,
        overview,
        // While the log stands still, the lines it shows stay.
        calls:
          state.pausedAt === undefined
            ? calls
            : newest([...state.calls, ...after(state.calls, calls)], state),
        names: { ...state.names, ...names },
        problem: undefined,
      };
    }
    case 'calls': {
      const { overview } = state;
      if (!overview) return state;
      const calls = after(state.calls, action.calls);
      return {
        ...state,
        overview: calls.reduce(counted, overview),
        calls: newest([...state.calls, ...calls], state),
        names: { ...state.names, ...action.names },
      };
    }
    case 'problem':
      return { ...state, problem: action.problem };
    case 'range':
      return { ...state, range: action.range, overview: undefined, problem: undefined };
    case 'pause':
      return { ...state, pausedAt: state.calls.at(-1)?.id ?? 0 };
    case 'resume':
      return newestOf({ ...state, pausedAt: undefined });
    case 'filter':
      return { ...state, filter: action.filter };
    case 'failuresOnly':
      return { ...state, failuresOnly: action.on };
    default:
      return action satisfies never;
  }
}

/** Those of the second list that come after all of the first. */
function after(known: readonly UsageCall[], calls: readonly UsageCall[]): readonly UsageCall[] {
  const last = known.at(-1)?.id ?? -1;
  return calls.filter(({ id }) => id > last);
}

/** As many as are kept; a log that stands still keeps what it shows, and as many more behind it. */
function newest(calls: readonly UsageCall[], { pausedAt }: UsageState): readonly UsageCall[] {
  if (pausedAt === undefined) return calls.slice(-mostLines);
  const shown = calls.filter(({ id }) => id <= pausedAt);
  return [...shown, ...calls.slice(shown.length).slice(-mostLines)];
}

const newestOf = (state: UsageState): UsageState => ({ ...state, calls: newest(state.calls, state) });

type Overview = NonNullable<UsageState['overview']>;

/** With one call more. */
function counted(overview: Overview, call: UsageCall): Overview {
  const at = Math.floor((call.at - overview.from) / overview.step);
  if (at < 0 || at >= overview.count) return overview;
  const before = overview.buckets.find((bucket) => bucket.at === at) ?? emptyBucket(at);
  const bucket = {
    ...withSums(before, call),
    hits: before.hits + (call.cached ? 1 : 0),
    total: withCall(before.total, call.totalMs),
    first: call.firstTokenMs === undefined ? before.first : withCall(before.first, call.firstTokenMs),
  };
  const others = overview.buckets.filter((one) => one.at !== at);
  const sums = { ...overview.sums };
  for (const group of usageGroupNames) sums[group] = summed(sums[group], keyOf(call, group), call);
  return { ...overview, buckets: [...others, bucket].sort((a, b) => a.at - b.at), sums };
}

const keyOf = (call: UsageCall, group: UsageGroupName): string => call[group] ?? '';

function summed(sums: readonly UsageSum[], key: string, call: UsageCall): UsageSum[] {
  const before = sums.find((one) => one.key === key) ?? { key, ...noSums };
  return [...sums.filter((one) => one.key !== key), withSums(before, call)];
}

const noSums = {
  calls: 0,
  failures: 0,
  fresh: 0,
  written: 0,
  read: 0,
  output: 0,
  cost: 0,
  unpriced: 0,
};

export const emptyBucket = (at: number): UsageBucket => ({ at, ...noSums, hits: 0, total: [], first: [] });

function withSums<S extends typeof noSums>(sums: S, { tokens, cost, outcome }: UsageCall): S {
  return {
    ...sums,
    calls: sums.calls + 1,
    failures: sums.failures + (outcome === 'done' ? 0 : 1),
    fresh: sums.fresh + (tokens?.fresh ?? 0),
    written: sums.written + (tokens?.written ?? 0),
    read: sums.read + (tokens?.read ?? 0),
    output: sums.output + (tokens?.output ?? 0),
    cost: sums.cost + (cost ?? 0),
    unpriced: sums.unpriced + (tokens && cost === undefined ? 1 : 0),
  };
}

/** Lines of the live log, the newest first. */
export function linesOf(state: UsageState): UsageCall[] {
  const { pausedAt = Number.POSITIVE_INFINITY, failuresOnly, names } = state;
  const wanted = state.filter.trim().toLowerCase();
  return state.calls
    .filter((call) => call.id <= pausedAt && (!failuresOnly || call.outcome !== 'done'))
    .filter((call) => wanted === '' || wordsOf(call, names).toLowerCase().includes(wanted))
    .reverse();
}

const wordsOf = (call: UsageCall, names: UsageState['names']): string =>
  [
    names[call.client] ?? call.client,
    call.wire,
    call.operation,
    call.model,
    call.session === undefined ? '' : (names[call.session] ?? call.session),
    call.outcome,
    call.error ?? '',
  ].join('\n');

/** Calls that came while the live log stands still. */
export const heldBack = ({ calls, pausedAt }: UsageState): number =>
  pausedAt === undefined ? 0 : calls.filter(({ id }) => id > pausedAt).length;
