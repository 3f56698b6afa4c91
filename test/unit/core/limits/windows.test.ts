import assert from 'node:assert/strict';
import fc from 'fast-check';
import { grant, type Side } from '../../../../src/core/limits/grant.ts';
import type { LimitKind } from '../../../../src/core/limits/limits.ts';
import { type SharedTime, timeAfter } from '../../../../src/core/limits/sharedClock.ts';
import {
  firstCounted,
  freeIn,
  type Slot,
  slotAt,
  usedIn,
  windowOf,
} from '../../../../src/core/limits/windows.ts';

const day = 24 * 60 * 60_000;

describe('A limit over time', () => {
  for (const kind of ['requests', 'tokens', 'money'] as const) {
    it(`of ${kind} is never passed in any stretch of its window, however uses fall`, () => {
      const window = windowOf(kind);
      assert.ok(window);
      const uses = fc.array(
        fc.record({
          after: fc.integer({ min: 0, max: Math.floor(window.ms / 3) }),
          amount: fc.integer({ min: 1, max: 40 }),
        }),
        { maxLength: 60 },
      );
      fc.assert(
        fc.property(uses, fc.integer({ min: 1, max: 100 }), (asked, bound) => {
          let now = 10 * day;
          const slots = new Map<number, number>();
          const made: { at: number; amount: number }[] = [];
          for (const { after, amount } of asked) {
            now += after;
            const all = [...slots].map(([slot, held]): Slot => ({ slot, amount: held }));
            const free = bound - usedIn(window, all, now);
            if (amount <= free) {
              const slot = slotAt(window, now);
              slots.set(slot, (slots.get(slot) ?? 0) + amount);
              made.push({ at: now, amount });
            } else if (amount <= bound) {
              // What was told of its end is right: then there is room, and a moment before there is not.
              const wait = freeIn(window, all, now, amount - free);
              assert.ok(wait !== undefined && wait > 0 && wait <= window.ms + window.slotMs);
              assert.ok(usedIn(window, all, now + wait) + amount <= bound);
              assert.ok(usedIn(window, all, now + wait - 1) + amount > bound);
            }
            // What is forgotten counted no more.
            for (const slot of slots.keys()) {
              if (slot < firstCounted(window, now)) slots.delete(slot);
            }
          }
          for (const { at } of made) {
            const within = made.filter((one) => one.at >= at && one.at < at + window.ms);
            assert.ok(within.reduce((sum, one) => sum + one.amount, 0) <= bound);
          }
        }),
      );
    });
  }

  it('gives as much as is wished for and free on both sides, and all that is needed or nothing', () => {
    const amounts = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(amounts, amounts, amounts, amounts, amounts, (need, wish, held, own, all) => {
        const side = (scope: Side['scope'], bound: number): Side => ({
          scope,
          limits: { requestsPerMinute: bound + 1 },
          used: {},
          held: { requests: held },
        });
        const answer = grant(
          [side('client', own), side('all', all)],
          { requests: need },
          { requests: wish },
          0,
        );
        const free = Math.max(0, Math.min(own, all) + 1 - held);
        if ('refused' in answer) {
          assert.ok(need > free);
          assert.equal(answer.refused.endsInMs === undefined, need > Math.min(own, all) + 1);
        } else assert.equal(answer.granted.requests ?? 0, Math.min(free, Math.max(need, wish)));
      }),
    );
  });

  const refusals: [what: string, kind: LimitKind, bound: object, endsInMs: number | undefined][] = [
    ['used up', 'requests', { requestsPerMinute: 5 }, 61_000],
    ['never enough', 'money', { usdPerDay: 0.000_001 }, undefined],
  ];
  for (const [what, kind, limits, endsInMs] of refusals) {
    it(`that is ${what} says when it ends`, () => {
      const used = { requests: [{ slot: 100, amount: 5 }] };
      const answer = grant([{ scope: 'client', limits, used, held: {} }], { [kind]: 2 }, {}, 100_000);
      assert.ok('refused' in answer);
      assert.deepEqual([answer.refused.kind, answer.refused.endsInMs], [kind, endsInMs]);
    });
  }
});

describe('The clock that limits go by', () => {
  const readings = fc.array(
    fc.record({
      passed: fc.integer({ min: 0, max: day }),
      jump: fc.integer({ min: -day, max: day }),
      restart: fc.boolean(),
      off: fc.integer({ min: 0, max: day }),
    }),
    { minLength: 1, maxLength: 30 },
  );

  it('threat 25: goes on with real time whatever the wall clock does, and never back at a restart', () => {
    fc.assert(
      fc.property(readings, (steps) => {
        let [uptimeMs, wallMs] = [5_000_000, 1_700_000_000_000];
        let time: SharedTime = timeAfter(undefined, { uptimeMs, wallMs });
        for (const { passed, jump, restart, off } of steps) {
          const before = time;
          // A restart that nobody can tell from time that passed is one after a longer uptime than before.
          const restarts = restart && passed < uptimeMs;
          uptimeMs = restarts ? passed : uptimeMs + passed;
          wallMs += passed + (restarts ? off : 0) + jump;
          time = timeAfter(before, { uptimeMs, wallMs });
          assert.ok(time.tick >= before.tick);
          if (!restarts) assert.equal(time.tick - before.tick, passed);
          else assert.ok(time.tick - before.tick >= passed);
        }
      }),
    );
  });
});
