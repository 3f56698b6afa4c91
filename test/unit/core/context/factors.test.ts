import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TokenFactors } from '../../../../src/core/context/factors.ts';

const model = { provider: 'anthropic', id: 'one', tokenFactor: 1.1 };

/** Learns readings of the true factor from estimates made with the factor of the moment; the factors that follow. */
function learned(factors: TokenFactors, readings: readonly number[]): number[] {
  return readings.map((truth) => {
    const used = factors.of(model);
    factors.learn(model, { estimated: 10_000 * used, used, actual: 10_000 * truth });
    return factors.of(model);
  });
}

const rounded = (values: readonly number[]): number[] => values.map((value) => Number(value.toFixed(3)));

describe('The factor of a model’s tokens', () => {
  const cases: { what: string; readings: number[]; expected: number[] }[] = [
    { what: 'is the first reading at once', readings: [1.3], expected: [1.3] },
    {
      what: 'is not moved by one odd reading',
      readings: [1.3, 1.3, 1.3, 2.4, 1.3],
      expected: [1.3, 1.3, 1.3, 1.3, 1.3],
    },
    {
      what: 'follows a change within three turns',
      readings: [1.2, 1.2, 1.2, 1.4, 1.4, 1.4],
      expected: [1.2, 1.2, 1.2, 1.2, 1.2, 1.4],
    },
    { what: 'is never below what a vocabulary can be', readings: [0.1], expected: [0.6] },
    { what: 'is never above what a vocabulary can be', readings: [40], expected: [2.5] },
  ];
  for (const { what, readings, expected } of cases) {
    it(what, () => assert.deepEqual(rounded(learned(new TokenFactors(), readings)), expected));
  }

  it('does not learn from prompts that are mostly framing', () => {
    const factors = new TokenFactors();
    factors.learn(model, { estimated: 100, used: 1.1, actual: 300 });
    assert.equal(factors.of(model), 1.1);
  });

  it('stays within its bounds whatever is reported', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 10_000_000 }), { maxLength: 30 }), (counts) => {
        const factors = new TokenFactors();
        for (const actual of counts) {
          factors.learn(model, { estimated: 1_000, used: factors.of(model), actual });
          assert.ok(factors.of(model) >= 0.6 && factors.of(model) <= 2.5);
        }
      }),
    );
  });

  it('is known from earlier windows, kept when it changes, and worked without where it cannot be read', async () => {
    const kept = new Map([
      ['anthropic/one', 1.7],
      ['anthropic/odd', 90],
    ]);
    const record = {
      load: async () => kept,
      save: async (name: string, factor: number) => void kept.set(name, factor),
    };
    const factors = new TokenFactors({ record });
    await factors.ready();
    assert.equal(factors.of(model), 1.7);
    assert.equal(factors.of({ ...model, id: 'odd' }), 1.1);
    learned(factors, [1.5, 1.5]);
    assert.equal(kept.get('anthropic/one')?.toFixed(3), '1.500');

    const errors: unknown[] = [];
    const failing = { load: () => Promise.reject(new Error('No disk.')), save: record.save };
    const without = new TokenFactors({ record: failing, onError: (error) => errors.push(error) });
    await without.ready();
    assert.equal(without.of(model), 1.1);
    assert.equal(errors.length, 1);
  });
});
