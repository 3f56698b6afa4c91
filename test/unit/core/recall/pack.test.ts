import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RecallHit } from '../../../../src/core/recall/document.ts';
import { packRecall } from '../../../../src/core/recall/pack.ts';

const hit = (index: number, score: number): RecallHit => ({
  index,
  id: `${index}`,
  score,
  why: 'words',
  terms: [],
});
const places = (turns: readonly { index: number }[]) => turns.map(({ index }) => index);

describe('Turns that are quoted', () => {
  it('stand in the order of the log', () => {
    const packed = packRecall([hit(7, 3), hit(2, 2), hit(5, 1)], { budgetTokens: 1000, tokensOf: () => 100 });
    assert.deepEqual(places(packed), [2, 5, 7]);
  });

  it('are rather several than one long answer that scored a little better', () => {
    const tokens: Record<number, number> = { 1: 900, 2: 100, 3: 100, 4: 100 };
    const packed = packRecall([hit(1, 10), hit(2, 9), hit(3, 8), hit(4, 7)], {
      budgetTokens: 1000,
      tokensOf: (index) => tokens[index],
    });
    assert.deepEqual(places(packed), [2, 3, 4]);
  });

  it('leave out what may not be quoted', () => {
    const packed = packRecall([hit(1, 2), hit(2, 1)], {
      budgetTokens: 100,
      tokensOf: (index) => (index === 1 ? undefined : 10),
    });
    assert.deepEqual(places(packed), [2]);
  });

  it('bring what a short reply was said to, and nothing with a long one', () => {
    const packed = packRecall([hit(4, 2), hit(8, 1)], {
      budgetTokens: 2000,
      tokensOf: (index) => (index === 8 ? 300 : 40),
      neighboursOf: (index) => [index - 1],
    });
    assert.deepEqual(
      packed.map(({ index, isNeighbour, hit: { index: of } }) => ({ index, isNeighbour, of })),
      [
        { index: 3, isNeighbour: true, of: 4 },
        { index: 4, isNeighbour: false, of: 4 },
        { index: 8, isNeighbour: false, of: 8 },
      ],
    );
  });

  it('are never over budget, never twice, and the same each time', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(60), { maxLength: 40 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 61, maxLength: 61 }),
        fc.nat(4000),
        (found, costs, budgetTokens) => {
          const hits = found.map((index, place) => hit(index, 100 - place));
          const options = {
            budgetTokens,
            tokensOf: (index: number) => costs[index],
            neighboursOf: (index: number) => [index - 1, index + 1],
          };
          const packed = packRecall(hits, options);
          assert.ok(packed.reduce((sum, { tokens }) => sum + tokens, 0) <= budgetTokens);
          assert.deepEqual(
            places(packed),
            [...new Set(places(packed))].sort((a, z) => a - z),
          );
          for (const { index, tokens } of packed) assert.equal(tokens, costs[index]);
          assert.deepEqual(packRecall(hits, options), packed);
        },
      ),
    ));
});
