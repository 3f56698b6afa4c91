/** What each chart draws, from the stretches of a range. Pure. */
import { addSlots, callsIn, percentile, type Slots } from '../../src/protocol/latency.ts';
import type { UsageBucket } from '../../src/protocol/usage.ts';
import { dollars, tokens } from '../format.ts';
import { cost, duration, percent, promptTokens } from './figures.ts';
import { emptyBucket, type UsageState } from './usageState.ts';
import { t } from './words.ts';

/** Colour of a line or a bar, and the stroke of a line. Orange is left out: high contrast light has none. */
export type Look = 'blue' | 'green' | 'yellow' | 'red' | 'purple';

export interface Series {
  name: string;
  look: Look;
  /** One a stretch; undefined where there is none. */
  values: (number | undefined)[];
}

export interface Chart {
  id: string;
  title: string;
  kind: 'bars' | 'lines';
  series: Series[];
  /** The greatest value of the scale, where it is fixed. */
  top?: number;
  /** As a value is written. */
  write(value: number): string;
  /** The whole range in words. */
  summary: string;
  /** What is left out. */
  note?: string;
}

/** Every stretch of the range, also those without calls. */
export function stretches({ overview }: UsageState): UsageBucket[] {
  if (!overview) return [];
  const known = new Map(overview.buckets.map((bucket) => [bucket.at, bucket]));
  return Array.from({ length: overview.count }, (_, at) => known.get(at) ?? emptyBucket(at));
}

/** All stretches as one. */
export function whole(buckets: readonly UsageBucket[]): UsageBucket {
  const all = emptyBucket(0);
  for (const one of buckets) {
    for (const name of [
      'calls',
      'failures',
      'fresh',
      'written',
      'read',
      'output',
      'cost',
      'unpriced',
      'hits',
    ] as const)
      all[name] += one[name];
    all.total = addSlots(all.total, one.total);
    all.first = addSlots(all.first, one.first);
  }
  return all;
}

export function chartsOf(buckets: readonly UsageBucket[]): Chart[] {
  const all = whole(buckets);
  const values = (of: (bucket: UsageBucket) => number | undefined) => buckets.map(of);
  return [
    {
      id: 'cost',
      title: t('cost'),
      kind: 'bars',
      series: [
        {
          name: t('costUnit'),
          look: 'green',
          // What has no known price did not cost nothing.
          values: values((one) => (one.cost === 0 && one.unpriced > 0 ? undefined : one.cost)),
        },
      ],
      write: dollars,
      summary: cost(all),
      ...(all.unpriced === 0 ? {} : { note: unpriced(all.unpriced) }),
    },
    {
      id: 'tokens',
      title: t('tokens'),
      kind: 'bars',
      series: [
        { name: t('read'), look: 'purple', values: values(({ read }) => read) },
        { name: t('written'), look: 'yellow', values: values(({ written }) => written) },
        { name: t('fresh'), look: 'blue', values: values(({ fresh }) => fresh) },
        { name: t('output'), look: 'green', values: values(({ output }) => output) },
      ],
      write: tokens,
      summary: tokens(promptTokens(all) + all.output),
    },
    latency('first', t('firstWord'), buckets, all.first),
    latency('total', t('total'), buckets, all.total),
    {
      id: 'errors',
      title: t('errors'),
      kind: 'bars',
      series: [
        { name: t('done'), look: 'blue', values: values(({ calls, failures }) => calls - failures) },
        { name: t('failed'), look: 'red', values: values(({ failures }) => failures) },
      ],
      write: String,
      summary: t('errorsOf', all.failures, all.calls),
    },
    {
      id: 'cache',
      title: t('cacheShare'),
      kind: 'lines',
      top: 1,
      series: [
        {
          name: t('promptRead'),
          look: 'purple',
          values: values((one) => share(one.read, promptTokens(one))),
        },
        { name: t('answersKept'), look: 'yellow', values: values((one) => share(one.hits, one.calls)) },
      ],
      write: percent,
      summary: percent(share(all.read, promptTokens(all)) ?? 0),
    },
  ];
}

export const unpriced = (calls: number): string =>
  calls === 1 ? t('unpricedOne') : t('unpricedMany', calls);

export const share = (part: number, of: number): number | undefined => (of === 0 ? undefined : part / of);

const percentiles = [
  { name: 'p50', share: 0.5, look: 'blue' },
  { name: 'p95', share: 0.95, look: 'yellow' },
  { name: 'p99', share: 0.99, look: 'red' },
] as const;

function latency(id: 'first' | 'total', title: string, buckets: readonly UsageBucket[], all: Slots): Chart {
  const told = percentiles.map(
    ({ name, share: part }) => `${t(name)} ${duration(percentile(all, part) ?? 0)}`,
  );
  return {
    id,
    title,
    kind: 'lines',
    series: percentiles.map(({ name, share: part, look }) => ({
      name: t(name),
      look,
      values: buckets.map((bucket) => percentile(bucket[id], part)),
    })),
    write: duration,
    summary: callsIn(all) === 0 ? t('nothing') : told.join(', '),
  };
}
