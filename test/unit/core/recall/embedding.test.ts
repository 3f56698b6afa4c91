import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EmbeddedMeanings } from '../../../../src/core/recall/embedded.ts';
import { direction } from '../../../../src/core/recall/embedding.ts';

const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let [along, ofA, ofB] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    along += (a[at] ?? 0) * (b[at] ?? 0);
    ofA += (a[at] ?? 0) ** 2;
    ofB += (b[at] ?? 0) ** 2;
  }
  return along / Math.sqrt(ofA * ofB);
};

/** Repeatable, from -1 to 1. */
function drawn(seed: number, length: number): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

describe('A direction by an embedding model', () => {
  it('keeps how near texts are to each other, also of vectors far longer than what is kept', () => {
    const base = drawn(1, 3_072);
    for (const share of [0, 0.3, 0.6, 0.9]) {
      const other = drawn(2, 3_072).map((value, at) => share * (base[at] ?? 0) + (1 - share) * value);
      const kept = cosine(direction(base), direction(other));
      assert.ok(Math.abs(kept - cosine(base, other)) < 0.2, `${share}: ${kept}`);
    }
    assert.equal(direction(base).length, 256);
  });

  it('is none of a vector that has none', () => {
    for (const vector of [[], [0, 0], [Number.NaN, 1], [Number.POSITIVE_INFINITY, 1]])
      assert.equal(direction(vector).length, 0);
  });
});

describe('Directions of an index by an embedding model', () => {
  const question = { model: 'a/b', direction: direction([1, 0.2, 0, 0]) };
  const vectors = fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 }), {
    maxLength: 20,
  });

  it('give the same after a restart, in whatever runs they were kept', () => {
    fc.assert(
      fc.property(vectors, fc.nat(20), (given, cut) => {
        const whole = new EmbeddedMeanings('a/b');
        whole.add(given.map(direction));
        const at = Math.min(cut, given.length);
        const again = new EmbeddedMeanings('a/b');
        for (const [from, to] of [
          [0, at],
          [at, given.length],
        ] as const)
          assert.ok(again.load(whole.encode(from, to)));
        assert.equal(again.size, given.length);
        assert.deepEqual(
          again.likeness(question)?.slice(0, given.length),
          whole.likeness(question)?.slice(0, given.length),
        );
      }),
    );
  });

  it('are not taken from another model or another place, and damaged ones are refused', () => {
    const one = new EmbeddedMeanings('a/b');
    one.add([direction([1, 2, 3, 4]), direction([4, 3, 2, 1])]);
    assert.equal(new EmbeddedMeanings('a/c').load(one.encode(0, 2)), false);
    assert.equal(new EmbeddedMeanings('a/b').load(one.encode(1, 2)), false);
    const bytes = one.encode(0, 2);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      const into = new EmbeddedMeanings('a/b');
      try {
        assert.equal(into.load(damaged) ? into.size : 0, 2);
        // Bytes that only fill up columns are in the checksum too, so that none passes.
        assert.fail(`a flip at ${at} was taken`);
      } catch (error) {
        assert.ok(error instanceof Error && !/was taken/.test(error.message), String(error));
        assert.equal(into.size, 0);
      }
    }
    assert.equal(one.likeness({ ...question, model: 'a/c' }), undefined);
  });
});
