import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dots, plainDots } from '../../../../src/core/recall/dots.ts';
import { TurnIndex } from '../../../../src/core/recall/turnIndex.ts';
import { plainScores } from './plainIndex.ts';
import { documents, word } from './randomDocuments.ts';
import { shippedVectors } from './samples.ts';

const question = fc.record(
  {
    text: fc
      .array(fc.oneof(word, fc.constantFrom('yesterday', 'Anna', 'summarize', 'in March 2025')), {
        minLength: 1,
        maxLength: 6,
      })
      .map((words) => words.join(' ')),
    now: fc.integer({ min: 0, max: 2e12 }),
  },
  { requiredKeys: ['text'] },
);

describe('The fast recall index', () => {
  it('scores each document as the definition does, added, stored, or a part of both', () =>
    fc.assert(
      fc.property(documents, fc.nat(25), question, (all, cut, asked) => {
        const expected = plainScores(all, shippedVectors, asked);
        const index = new TurnIndex({ vectors: shippedVectors });
        index.add(all);
        const again = new TurnIndex({ vectors: shippedVectors });
        again.load(index.encode(0, Math.min(cut, all.length)));
        again.add(all.slice(cut));
        // More than can be found, so that all are, in whatever order.
        const limit = all.length + 10;
        for (const searched of [index, again]) {
          const scores = new Map(searched.search({ ...asked, limit }).map((hit) => [hit.index, hit.score]));
          for (const [at, score] of expected.entries()) {
            const got = scores.get(at) ?? 0;
            // Sums in another order differ in their last digits.
            assert.ok(
              Math.abs(got - Math.max(0, score)) <= 1e-9 * Math.max(1, score),
              `${at}: ${got}, ${score}`,
            );
          }
        }
      }),
      { numRuns: 200 },
    ));
});

describe('Products of many directions with one', () => {
  it('are the same numbers by the processor’s instructions and without', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(1, 7, 8, 9, 100, 384, 1024),
        fc.nat(40),
        fc.integer({ min: -128, max: 127 }),
        (width, count, seed) => {
          const rows = Int8Array.from({ length: count * width }, (_, at) => seed + at * 37);
          const wanted = Int8Array.from({ length: width }, (_, at) => (at === 0 ? -127 : seed - at * 11));
          const [fast, slow] = [new Int32Array(count), new Int32Array(count)];
          dots(rows, wanted, fast);
          plainDots(rows, wanted, slow);
          assert.deepEqual(fast, slow);
        },
      ),
    ));

  it('are right for more rows than are taken at a time, also after a longer direction', () => {
    const [fast, slow] = [new Int32Array(20_000), new Int32Array(20_000)];
    const rows = Int8Array.from({ length: 20_000 * 13 }, (_, at) => at * 31);
    dots(new Int8Array(64).fill(5), new Int8Array(64).fill(9), new Int32Array(1));
    dots(rows, new Int8Array(13).fill(3), fast);
    plainDots(rows, new Int8Array(13).fill(3), slow);
    assert.deepEqual(fast, slow);
  });
});
