import assert from 'node:assert/strict';
import { Repeats, retriesOf } from '../../../../src/bridge/wire/repeats.ts';

const busy = { status: 529, headers: { 'retry-after-ms': '1' } };
const later = { status: 529, headers: { 'retry-after': '50' } };

describe('The attempts of a plain call', () => {
  const clock = { now: () => 0, monotonic: () => 0 };
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

  it('are made when it is time, and no more than there may be', async () => {
    const sent = Promise.withResolvers<void>();
    const repeats = new Repeats(clock, 1, sent.resolve);
    assert.equal(repeats.again(busy, true), true);
    await sent.promise;
    assert.equal(repeats.again(busy, true), false);
  });

  it('are over with the call, also while one waits', () => {
    const before = timers();
    const repeats = new Repeats(clock, 1, () => undefined);
    assert.equal(repeats.again(later, true), true);
    assert.equal(timers(), before + 1);
    repeats.end();
    assert.equal(timers(), before);
  });

  it('leave it unsure what was worked on only where one broke off after it got there', () => {
    const unsure = (refusal: { status?: number }, reached: boolean) => {
      const repeats = new Repeats(clock, 1, () => undefined);
      repeats.again({ headers: {}, ...refusal }, reached);
      repeats.end();
      return repeats.unsure;
    };
    assert.deepEqual([unsure({}, true), unsure({}, false), unsure(busy, true)], [true, false, false]);
  });

  function check(what: string, headers: Record<string, string>, expected: number): void {
    it(`of ${what}: ${expected} more at most`, () =>
      assert.equal(retriesOf({ headers: new Map(Object.entries(headers)) }), expected));
  }
  check('a program that says nothing', {}, 2);
  check('curl', { 'user-agent': 'curl/8.5.0' }, 2);
  check('an SDK', { 'x-stainless-retry-count': '0' }, 0);
  check('the ai SDK', { 'user-agent': 'ai/6.0.1 ai-sdk/anthropic/3.0.140' }, 0);
  check('a program whose name ends alike', { 'user-agent': 'kawai/1.0' }, 2);
  check('one that says so', { 'x-stainless-retry-count': '0', 'x-causeway-retries': '5' }, 5);
});
