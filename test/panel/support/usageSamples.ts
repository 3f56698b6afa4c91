/** A day of calls as the dashboard is told it, the same each time. */
import { slotOf } from '../../../src/protocol/latency.ts';
import type { UsageBucket, UsageCall, UsageOverview, UsageRange } from '../../../src/protocol/usage.ts';
import { id } from './samples.ts';

const hour = 60 * 60_000;
/** Far behind today, so that the range does not end while a page is looked at. */
const steps: Record<UsageRange, { step: number; count: number }> = {
  day: { step: hour, count: 24 },
  week: { step: 6 * hour, count: 28 },
  month: { step: 24 * hour, count: 30 },
};

export const names = {
  [id(7, 1)]: 'nightly',
  [id(7, 2)]: 'Release notes',
  [id(8, 1)]: 'Why does upload.test.ts fail only on CI?',
  [id(8, 2)]: 'Rate limits of the object store, and what the clients of last year still expect of them',
};

/** Between 0 and 1, drawn by a number. */
const drawn = (seed: number): number => (Math.sin(seed * 12.9898) * 43758.5453) % 1 ** 2;
const part = (seed: number): number => Math.abs(drawn(seed));

export function call(number: number, more: Partial<UsageCall> = {}): UsageCall {
  const failed = number % 9 === 4;
  return {
    id: number,
    at: Date.now() - (40 - number) * 97_000,
    client: number % 3 === 0 ? id(7, 1) : number % 5 === 0 ? id(7, 2) : 'owner',
    wire: number % 3 === 0 ? 'anthropic' : number % 5 === 0 ? 'bridge' : 'panel',
    operation: number % 3 === 0 ? 'messages' : number % 11 === 0 ? 'frame' : 'turn',
    model: number % 7 === 0 ? 'qwen3:8b' : 'claude-sonnet-5-5',
    outcome: failed ? 'failed' : 'done',
    totalMs: 900 + 5_000 * part(number),
    cached: number % 13 === 0,
    hasBodies: number % 6 === 0,
    ...(number % 3 === 0 ? {} : { session: id(8, 1 + (number % 2)), masked: number % 4 === 0 ? 2 : 0 }),
    ...(failed ? { error: 'overloaded' } : { firstTokenMs: 300 + 900 * part(number + 1) }),
    ...(failed
      ? {}
      : { tokens: { fresh: 800, written: 300, read: Math.round(9_000 * part(number)), output: 420 } }),
    ...(failed || number % 7 === 0 ? {} : { cost: 0.012 * (1 + part(number)) }),
    ...more,
  };
}

function bucket(at: number): UsageBucket {
  const calls = Math.round(14 * part(at + 3));
  const slots = (base: number) =>
    Array.from({ length: calls }, (_, one): [number, number] => [
      slotOf(base * (1 + 5 * part(one + at) ** 4)),
      1,
    ]);
  return {
    at,
    calls,
    failures: Math.round(calls * 0.2 * part(at + 5)),
    fresh: calls * 900,
    written: calls * 400,
    read: Math.round(calls * 8_000 * part(at + 7)),
    output: calls * 500,
    cost: calls * 0.014,
    unpriced: at % 8 === 0 ? 1 : 0,
    hits: at % 6 === 0 ? 1 : 0,
    total: slots(1_800),
    first: slots(420),
  };
}

export function overview(range: UsageRange, more: Partial<UsageOverview> = {}): UsageOverview {
  const { step, count } = steps[range];
  const sum = (key: string, share: number, unpriced = 0) => ({
    key,
    calls: Math.round(160 * share),
    failures: Math.round(9 * share),
    fresh: Math.round(140_000 * share),
    written: Math.round(60_000 * share),
    read: Math.round(700_000 * share),
    output: Math.round(80_000 * share),
    cost: unpriced > 0 ? 0 : 2.2 * share,
    unpriced,
  });
  return {
    range,
    from: Math.floor(Date.now() / hour + 1) * hour - step * count,
    step,
    count,
    buckets: Array.from({ length: count }, (_, at) => bucket(at)).filter(({ calls }) => calls > 0),
    sums: {
      session: [
        sum(id(8, 1), 0.5),
        sum(id(8, 2), 0.2),
        sum('', 0.2),
        ...Array.from({ length: 9 }, (_, at) => sum(id(9, at + 1), 0.02)),
      ],
      client: [sum('owner', 0.6), sum(id(7, 1), 0.3), sum(id(7, 2), 0.1)],
      model: [sum('claude-sonnet-5-5', 0.9), sum('qwen3:8b', 0.1, 16)],
    },
    calls: Array.from({ length: 40 }, (_, at) => call(at + 1)),
    names,
    ...more,
  };
}

export const nothing = (range: UsageRange): UsageOverview =>
  overview(range, { buckets: [], sums: { session: [], client: [], model: [] }, calls: [] });
