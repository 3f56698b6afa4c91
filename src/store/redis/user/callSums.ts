/** Sums of calls, as a database would group them. Pure. */
import type { KeptCall, TimeQuery, TimeRow, UsageGroup, UsageRow } from '../../../core/relay.ts';
import { slotOf } from '../../../protocol/latency.ts';

type Sum = Omit<UsageRow, UsageGroup>;

const noSum = (): Sum => ({
  calls: 0,
  failures: 0,
  usage: {
    inputTokens: 0,
    outputTokens: 0,
    cacheCreationTokens: 0,
    cacheCreation1hTokens: 0,
    cacheReadTokens: 0,
  },
  cost: 0,
  unpriced: 0,
});

function addTo(sum: Sum, { outcome, usage, cost }: KeptCall): void {
  sum.calls += 1;
  sum.failures += outcome === 'done' ? 0 : 1;
  sum.usage.inputTokens += usage?.inputTokens ?? 0;
  sum.usage.outputTokens += usage?.outputTokens ?? 0;
  sum.usage.cacheCreationTokens += usage?.cacheCreationTokens ?? 0;
  sum.usage.cacheCreation1hTokens =
    (sum.usage.cacheCreation1hTokens ?? 0) + (usage?.cacheCreation1hTokens ?? 0);
  sum.usage.cacheReadTokens += usage?.cacheReadTokens ?? 0;
  sum.cost += cost ?? 0;
  sum.unpriced += usage !== undefined && cost === undefined ? 1 : 0;
}

function partOf(group: UsageGroup, { client, model, session, at }: KeptCall): string {
  switch (group) {
    case 'client':
      return client;
    case 'model':
      return model;
    case 'session':
      return session ?? '';
    case 'day':
      return new Date(at).toISOString().slice(0, 10);
    default:
      return group satisfies never;
  }
}

export class UsageSums {
  readonly #by: readonly UsageGroup[];
  readonly #sums = new Map<string, { values: string[]; sum: Sum }>();

  constructor(by: readonly UsageGroup[]) {
    this.#by = by;
  }

  add(call: KeptCall): void {
    const values = this.#by.map((group) => partOf(group, call));
    const key = JSON.stringify(values);
    const known = this.#sums.get(key) ?? { values, sum: noSum() };
    this.#sums.set(key, known);
    addTo(known.sum, call);
  }

  /** In the order of what they have in common; one row of zeros where nothing is grouped and there was no call. */
  rows(): UsageRow[] {
    if (this.#by.length === 0 && this.#sums.size === 0) return [noSum()];
    return [...this.#sums.values()]
      .sort((a, b) => compare(a.values, b.values))
      .map(({ values, sum }) => ({
        ...Object.fromEntries(this.#by.map((group, at) => [group, values[at] ?? ''])),
        ...sum,
      }));
  }
}

export class TimeSums {
  readonly #from: number;
  readonly #step: number;
  readonly #sums = new Map<
    number,
    { sum: Sum; hits: number; total: Map<number, number>; first: Map<number, number> }
  >();

  constructor({ from, step }: Pick<TimeQuery, 'from' | 'step'>) {
    this.#from = from;
    this.#step = step;
  }

  add(call: KeptCall): void {
    const at = Math.trunc((call.at - this.#from) / this.#step);
    const known = this.#sums.get(at) ?? { sum: noSum(), hits: 0, total: new Map(), first: new Map() };
    this.#sums.set(at, known);
    addTo(known.sum, call);
    known.hits += call.cache === 'hit' ? 1 : 0;
    count(known.total, call.totalMs);
    if (call.firstTokenMs !== undefined) count(known.first, call.firstTokenMs);
  }

  rows(): TimeRow[] {
    return [...this.#sums]
      .sort(([a], [b]) => a - b)
      .map(([at, { sum, hits, total, first }]) => ({
        at,
        hits,
        ...sum,
        total: sorted(total),
        first: sorted(first),
      }));
  }
}

function count(slots: Map<number, number>, ms: number): void {
  const slot = slotOf(ms);
  slots.set(slot, (slots.get(slot) ?? 0) + 1);
}

const sorted = (slots: ReadonlyMap<number, number>): [slot: number, calls: number][] =>
  [...slots].sort(([a], [b]) => a - b);

function compare(a: readonly string[], b: readonly string[]): number {
  for (const [at, value] of a.entries()) {
    const other = b[at] ?? '';
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}
