import assert from 'node:assert/strict';
import fc from 'fast-check';
import { segmentCosts } from '../../../../src/core/context/segmentCosts.ts';
import { costOf } from '../../../../src/core/providers/prices.ts';
import type { Price } from '../../../../src/core/providers/provider.ts';
import type { Usage } from '../../../../src/protocol/content.ts';
import type { Segment } from '../../../../src/protocol/report.ts';

const rates = { input: 2, output: 10, cacheWrite5m: 2.5, cacheWrite1h: 4, cacheRead: 0.2 };
const price: Price = { ...rates, asOf: '2026-11-24' };
const segments = (tokens: readonly number[]): Segment[] =>
  tokens.map((one) => ({ kind: 'grounding', label: 'l', tokens: one, reason: 'r', text: 't' }));
const usageOf = (read: number, written: number, fresh: number): Usage => ({
  inputTokens: fresh,
  cacheReadTokens: read,
  cacheCreationTokens: written,
  outputTokens: 7,
});

describe('What each segment cost', () => {
  const check = (
    title: string,
    tokens: number[],
    usage: Usage | undefined,
    expected: [cached: number, written: number, fresh: number][],
  ) =>
    it(title, () =>
      assert.deepEqual(
        segmentCosts(segments(tokens), usage, undefined).map(({ cached, written, fresh }) => [
          cached,
          written,
          fresh,
        ]),
        expected,
      ),
    );

  check('is its estimate while nothing was sent', [10, 20], undefined, [
    [0, 0, 10],
    [0, 0, 20],
  ]);
  check('is scaled to what the API counted', [10, 30], usageOf(0, 0, 80), [
    [0, 0, 20],
    [0, 0, 60],
  ]);
  check('follows the cache in wire order', [100, 100, 100, 100], usageOf(200, 100, 100), [
    [100, 0, 0],
    [100, 0, 0],
    [0, 100, 0],
    [0, 0, 100],
  ]);
  check(
    'takes the end of a segment for the border of the cache when both are near',
    [100, 100],
    usageOf(104, 0, 96),
    [
      [104, 0, 0],
      [0, 0, 96],
    ],
  );
  check('is parted where the border lies within a segment', [100, 100], usageOf(150, 0, 50), [
    [100, 0, 0],
    [50, 0, 50],
  ]);
  check('is nothing without segments', [], usageOf(0, 0, 0), []);

  const count = fc.nat({ max: 100_000 });
  it('is together what the API counted and what the response cost', () =>
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 5_000 }), { minLength: 1, maxLength: 12 }),
        count,
        count,
        count,
        (tokens, read, written, fresh) => {
          fc.pre(tokens.some((one) => one > 0));
          const usage = usageOf(read, written, fresh);
          const costs = segmentCosts(segments(tokens), usage, price);
          const sum = (pick: (cost: (typeof costs)[number]) => number) =>
            costs.reduce((total, cost) => total + pick(cost), 0);
          assert.equal(
            sum((cost) => cost.cached),
            read,
          );
          assert.equal(
            sum((cost) => cost.written),
            written,
          );
          assert.equal(
            sum((cost) => cost.fresh),
            fresh,
          );
          const whole = costOf({ ...usage, outputTokens: 0 }, price) ?? 0;
          assert.ok(Math.abs(sum((cost) => cost.usd ?? 0) - whole) < 1e-9);
        },
      ),
      { numRuns: 1_000 },
    ));

  it('is not known in dollars where the price is not', () =>
    assert.ok(
      segmentCosts(segments([5]), usageOf(0, 0, 5), undefined).every(({ usd }) => usd === undefined),
    ));

  it('is at the rates of a long prompt for a long prompt', () => {
    const long = { ...rates, input: 20, aboveTokens: 50 };
    const [cost] = segmentCosts(segments([100]), usageOf(0, 0, 100), { ...price, longPrompt: long });
    assert.equal(cost?.usd, (100 * 20) / 1_000_000);
  });
});
