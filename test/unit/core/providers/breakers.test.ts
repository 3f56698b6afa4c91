import assert from 'node:assert/strict';
import { Breakers } from '../../../../src/core/providers/breakers.ts';

describe('A model that fails', () => {
  let now: number;
  let breakers: Breakers;
  beforeEach(() => {
    now = 1_000;
    breakers = new Breakers({ now: () => 0, monotonic: () => now });
  });
  const fail = (times: number, retryAfterMs?: number) => {
    for (let n = 0; n < times; n++) breakers.failed('a/b', retryAfterMs);
  };

  it('once or twice is asked again', () => {
    fail(2);
    assert.equal(breakers.isOpen('a/b'), false);
  });

  it('three times in a row rests for half a minute, and no other model with it', () => {
    fail(3);
    assert.deepEqual([breakers.isOpen('a/b'), breakers.isOpen('a/c')], [true, false]);
    now += 29_999;
    assert.equal(breakers.isOpen('a/b'), true);
    now += 1;
    assert.equal(breakers.isOpen('a/b'), false);
  });

  it('and answers in between begins anew', () => {
    fail(2);
    breakers.succeeded('a/b');
    fail(2);
    assert.equal(breakers.isOpen('a/b'), false);
  });

  it('is tried by one turn at a time when its rest is over', () => {
    fail(3);
    now += 30_000;
    breakers.began('a/b');
    assert.equal(breakers.isOpen('a/b'), true);
    breakers.succeeded('a/b');
    assert.equal(breakers.isOpen('a/b'), false);
  });

  it('again and again rests longer, up to five minutes', () => {
    fail(3);
    const rests = [60_000, 120_000, 240_000, 300_000, 300_000];
    for (const rest of rests) {
      now += 400_000;
      breakers.began('a/b');
      breakers.failed('a/b');
      now += rest - 1;
      assert.equal(breakers.isOpen('a/b'), true);
      now += 1;
      assert.equal(breakers.isOpen('a/b'), false);
    }
  });

  it('with a time to wait rests so long at once', () => {
    fail(1, 7_000);
    now += 6_999;
    assert.equal(breakers.isOpen('a/b'), true);
    now += 1;
    assert.equal(breakers.isOpen('a/b'), false);
  });
});
