import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type RelayRefusal, repeatAfterMs } from '../../../../src/core/relay/repeat.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const after = (
  refusal: Partial<RelayRefusal>,
  more: { sent?: number; retries?: number; spentMs?: number } = {},
) => repeatAfterMs({ headers: {}, ...refusal }, { sent: 1, retries: 2, spentMs: 0, ...more }, now, () => 0);

describe('When a program’s call is sent again', () => {
  function check(what: string, got: number | undefined, expected: number | undefined): void {
    it(what, () => assert.equal(got, expected));
  }
  const busy = { status: 529 };
  check('half a second after the first failure', after(busy), 500);
  check('a second after the next', after(busy, { sent: 2 }), 1000);
  check('not more often than it may', after(busy, { sent: 3 }), undefined);
  check('not at all where it may not', after(busy, { retries: 0 }), undefined);
  check('after a connection that failed', after({}), 500);
  for (const status of [408, 409, 429, 500, 502, 503, 504, 529])
    check(`after ${status}`, after({ status }), 500);
  for (const status of [400, 401, 402, 403, 404, 413, 422])
    check(`not after ${status}`, after({ status }), undefined);
  const told = (headers: Record<string, string>, spentMs = 0) => after({ status: 429, headers }, { spentMs });
  check('when upstream says', told({ 'retry-after': '7' }), 7000);
  check('to the millisecond', told({ 'retry-after-ms': '12', 'retry-after': '7' }), 12);
  check('at the time it names', told({ 'retry-after': 'Wed, 25 Nov 2026 12:00:09 GMT' }), 9000);
  check('not where that is too long', told({ 'retry-after': '61' }), undefined);
  check('not beyond a minute in all', told({ 'retry-after': '7' }, 53_001), undefined);
  check('within the minute', told({ 'retry-after': '7' }, 53_000), 7000);
  check('where upstream says to', after({ status: 400, headers: { 'x-should-retry': 'true' } }), 500);
  check('not where it says not to', told({ 'x-should-retry': 'false' }), undefined);
  check('whatever else its headers hold', told({ 'x-odd': 'ü\u0001' }), 500);

  it('at another moment than others, and never later than without chance', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 5 }),
        (chance, sent) => {
          const tries = { sent, retries: 5, spentMs: 0 };
          const delay =
            repeatAfterMs({ status: 529, headers: {} }, tries, now, () => chance) ?? assert.fail();
          const full = Math.min(500 * 2 ** (sent - 1), 8000);
          assert.ok(delay <= full && delay >= full * 0.75 - 1);
        },
      ),
    );
  });
});
