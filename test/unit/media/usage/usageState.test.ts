import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  initialState,
  linesOf,
  mostLines,
  reduce,
  type UsageAction,
  type UsageState,
} from '../../../../media/usage/usageState.ts';
import { slotOf } from '../../../../src/protocol/latency.ts';
import type { UsageCall, UsageOverview } from '../../../../src/protocol/usage.ts';

const from = 1_000_000;
const step = 1000;
const count = 4;

const empty: UsageOverview = {
  range: 'day',
  from,
  step,
  count,
  buckets: [],
  sums: { session: [], client: [], model: [] },
  calls: [],
  names: {},
};

const call = (id: number, more: Partial<UsageCall> = {}): UsageCall => ({
  id,
  at: from + 100,
  client: 'owner',
  wire: 'panel',
  operation: 'turn',
  model: 'opus',
  outcome: 'done',
  totalMs: 500,
  cached: false,
  hasBodies: false,
  ...more,
});

const after = (actions: UsageAction[], state = initialState('day')): UsageState =>
  actions.reduce(reduce, state);
const opened: UsageAction = { type: 'overview', overview: empty };
const calls = (...some: UsageCall[]): UsageAction => ({ type: 'calls', calls: some, names: {} });

const anyCall = fc.record({
  at: fc.integer({ min: from - 500, max: from + count * step + 500 }),
  client: fc.constantFrom('owner', 'a', 'b'),
  session: fc.constantFrom(undefined, 's'),
  outcome: fc.constantFrom('done' as const, 'failed' as const),
  cost: fc.constantFrom(undefined, 0.25),
  firstTokenMs: fc.constantFrom(undefined, 40),
  tokens: fc.constantFrom(undefined, { fresh: 1, written: 2, read: 3, output: 4 }),
  cached: fc.boolean(),
  totalMs: fc.integer({ min: 1, max: 9000 }),
});

const defined = (one: object): Partial<UsageCall> =>
  Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined));

describe('What the dashboard shows', () => {
  it('has of each call of its range exactly one, however many come together and are told twice', () => {
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (some, together) => {
        const all = some.map((one, index) => call(index + 1, defined(one)));
        const actions: UsageAction[] = [opened];
        for (let at = 0; at < all.length; at += together)
          actions.push(calls(...all.slice(Math.max(0, at - 1), at + together)));
        const { overview } = after(actions);
        const within = all.filter(({ at }) => at >= from && at < from + count * step);
        const sum = (of: (one: UsageCall) => number) => within.reduce((total, one) => total + of(one), 0);
        const buckets = overview?.buckets ?? [];
        const told = (of: (bucket: (typeof buckets)[number]) => number) =>
          buckets.reduce((total, one) => total + of(one), 0);
        assert.equal(
          told((one) => one.calls),
          within.length,
        );
        assert.equal(
          told((one) => one.failures),
          sum(({ outcome }) => (outcome === 'done' ? 0 : 1)),
        );
        assert.equal(
          told((one) => one.cost),
          sum(({ cost }) => cost ?? 0),
        );
        assert.equal(
          told((one) => one.unpriced),
          sum(({ tokens, cost }) => (tokens && cost === undefined ? 1 : 0)),
        );
        assert.equal(
          told((one) => one.read),
          sum(({ tokens }) => tokens?.read ?? 0),
        );
        assert.equal(
          told((one) => one.hits),
          sum(({ cached }) => (cached ? 1 : 0)),
        );
        assert.equal(
          told((one) => one.total.reduce((n, [, some]) => n + some, 0)),
          within.length,
        );
        for (const group of ['client', 'session', 'model'] as const)
          assert.equal(
            overview?.sums[group].reduce((n, one) => n + one.calls, 0),
            within.length,
          );
      }),
    );
  });

  it('counts on from what it was told at first', () => {
    const { overview } = after([
      {
        type: 'overview',
        overview: {
          ...empty,
          buckets: [
            {
              at: 0,
              calls: 2,
              failures: 0,
              fresh: 1,
              written: 0,
              read: 0,
              output: 0,
              cost: 1,
              unpriced: 0,
              hits: 0,
              total: [[slotOf(500), 2]],
              first: [],
            },
          ],
          calls: [call(7)],
        },
      },
      calls(call(7), call(8, { cost: 0.5 })),
    ]);
    const [bucket] = overview?.buckets ?? [];
    assert.deepEqual([bucket?.calls, bucket?.cost, bucket?.total], [3, 1.5, [[slotOf(500), 3]]]);
  });

  it('keeps a bounded number of lines, also while its log stands still', () => {
    const many = Array.from({ length: 3 * mostLines }, (_, index) => call(index + 1));
    const state = after([opened, calls(...many)]);
    assert.equal(state.calls.length, mostLines);
    const paused = after(
      [{ type: 'pause' }, calls(...many.map((one) => ({ ...one, id: one.id + 1000 })))],
      state,
    );
    assert.deepEqual([paused.calls.length, linesOf(paused)[0]?.id], [2 * mostLines, 3 * mostLines]);
    const resumed = reduce(paused, { type: 'resume' });
    assert.deepEqual([resumed.calls.length, linesOf(resumed)[0]?.id], [mostLines, 1000 + 3 * mostLines]);
  });

  const filters: [filter: string, ids: number[]][] = [
    ['', [3, 2, 1]],
    ['opus', [3, 1]],
    ['NIGHT', [2]],
    ['upload', [3]],
    ['overloaded', [1]],
    ['nothing', []],
  ];
  for (const [filter, ids] of filters) {
    it(`shows the lines that have ${filter || 'anything'} in them`, () => {
      const state = after([
        opened,
        {
          type: 'calls',
          calls: [
            call(1, { outcome: 'failed', error: 'overloaded' }),
            call(2, { client: 'c', model: 'sonnet' }),
            call(3, { session: 's' }),
          ],
          names: { c: 'nightly', s: 'The upload' },
        },
        { type: 'filter', filter },
      ]);
      assert.deepEqual(
        linesOf(state).map(({ id }) => id),
        ids,
      );
      const failed = linesOf(reduce(state, { type: 'failuresOnly', on: true }));
      assert.deepEqual(
        failed.map(({ id }) => id),
        ids.filter((id) => id === 1),
      );
    });
  }
});
