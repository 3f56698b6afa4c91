import assert from 'node:assert/strict';
import fc from 'fast-check';
import { overloaded } from '../../../../src/core/errors.ts';
import { type Outcome, withRetries } from '../../../../src/core/providers/attempts.ts';
import type { ProviderEvent } from '../../../../src/core/providers/provider.ts';
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

  it('is given up when the waits would be longer than a minute in all', async () => {
    // Each alone is short enough.
    const waits = [1, 60_000, 1];
    let attempts = 0;
    async function* attempt(): AsyncGenerator<ProviderEvent, Outcome, undefined> {
      yield* [];
      return { done: false, failure: overloaded(waits[attempts++]), retryable: true };
    }
    const told: ProviderEvent['type'][] = [];
    for await (const { type } of withRetries(attempt, new AbortController().signal)) told.push(type);
    assert.deepEqual(told, ['retrying', 'error']);
    assert.equal(attempts, 2);
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
