import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isRetryable, retryDelayMs, waitFor } from '../../../../src/core/providers/retry.ts';

describe('Asking a provider again', () => {
  const statuses: [status: number, told: string | undefined, again: boolean][] = [
    [400, undefined, false],
    [401, undefined, false],
    [404, undefined, false],
    [408, undefined, true],
    [409, undefined, true],
    [413, undefined, false],
    [429, undefined, true],
    [500, undefined, true],
    [529, undefined, true],
    [500, 'false', false],
    [400, 'true', true],
    [429, 'perhaps', true],
  ];
  for (const [status, told, again] of statuses) {
    it(`makes sense after ${status}${told === undefined ? '' : `, told ${told}`}: ${again}`, () =>
      assert.equal(isRetryable(status, told), again));
  }

  it('waits as long as the server asks, else longer each time, at most eight seconds and never all clients alike', () => {
    const random = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), random, fc.option(fc.nat()), (attempt, chance, asked) => {
        const delay = retryDelayMs(attempt, asked ?? undefined, () => chance);
        if (asked !== null) return assert.equal(delay, asked);
        const full = Math.min(8_000, 500 * 2 ** (attempt - 1));
        assert.ok(delay <= full && delay >= full * 0.75 - 1);
      }),
    );
  });

  it('ends at once when it is stopped, before and while it waits', async () => {
    const controller = new AbortController();
    const waiting = waitFor(60_000, controller.signal);
    controller.abort();
    assert.equal(await waiting, false);
    assert.equal(await waitFor(60_000, controller.signal), false);
    assert.equal(await waitFor(0, new AbortController().signal), true);
  });
});
