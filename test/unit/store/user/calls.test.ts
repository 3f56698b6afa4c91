import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import type { LoggedCall, UsageGroup, UsageRow } from '../../../../src/core/relay.ts';
import { msOf, percentile, slotOf } from '../../../../src/protocol/latency.ts';
import { CallTable } from '../../../../src/store/user/callTable.ts';
import { createCallLog } from '../../../../src/store/user/migrations/005-call-log.ts';
import { widenCallLog } from '../../../../src/store/user/migrations/009-calls-of-turns.ts';

const day = 24 * 60 * 60_000;
const noon = Date.parse('2026-11-24T12:00:00Z');

const call = (more: Partial<LoggedCall> = {}): LoggedCall => ({
  at: noon,
  client: 'one',
  wire: 'anthropic',
  operation: 'messages',
  model: 'opus',
  stream: true,
  status: 200,
  outcome: 'done',
  totalMs: 10,
  ...more,
});
const usage = (inputTokens: number) => ({
  inputTokens,
  outputTokens: 2,
  cacheCreationTokens: 3,
  cacheReadTokens: 4,
});

describe('The table of calls', () => {
  let table: CallTable;
  let db: DatabaseSync;
  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    createCallLog(db);
    widenCallLog(db);
    table = new CallTable(db);
  });
  afterEach(() => db.close());

  const sums = (by: UsageGroup[], from = 0, to = noon * 2): UsageRow[] => table.usage({ by, from, to });

  it('sums by client, model and day', () => {
    table.add(
      [
        call({ usage: usage(1), cost: 0.5 }),
        call({ usage: { ...usage(10), cacheCreation1hTokens: 1 }, cost: 0.25, at: noon + 1 }),
        call({ usage: usage(100), model: 'sonnet' }),
        call({ client: 'two', outcome: 'truncated', at: noon + day }),
        call({ client: 'two', outcome: 'refused', status: 429, at: noon + day }),
      ],
      noon,
    );
    const [all] = sums([]);
    assert.deepEqual(
      [all?.calls, all?.failures, all?.cost, all?.unpriced, all?.usage],
      [
        5,
        2,
        0.75,
        1,
        {
          inputTokens: 111,
          outputTokens: 6,
          cacheCreationTokens: 9,
          cacheCreation1hTokens: 1,
          cacheReadTokens: 12,
        },
      ],
    );
    const short = (rows: UsageRow[]) =>
      rows.map((row) => [row.client, row.model, row.day, row.calls].filter((one) => one !== undefined));
    assert.deepEqual(short(sums(['client'])), [
      ['one', 3],
      ['two', 2],
    ]);
    assert.deepEqual(short(sums(['model', 'day'])), [
      ['opus', '2026-11-24', 2],
      ['opus', '2026-11-25', 2],
      ['sonnet', '2026-11-24', 1],
    ]);
    assert.deepEqual(short(sums(['client'], noon + 1, noon + day)), [['one', 1]]);
  });

  it('sums by session, with plain calls apart, and never takes an unknown price for nothing', () => {
    table.add([call({ usage: usage(1), session: 'a', cost: 1 }), call({ usage: usage(2) })], noon);
    assert.deepEqual(
      sums(['session']).map(({ session, calls, cost, unpriced }) => [session, calls, cost, unpriced]),
      [
        ['', 1, 0, 1],
        ['a', 1, 1, 0],
      ],
    );
  });

  it('gives each call back as it was kept, and what came after one that is known', () => {
    const whole = call({
      wire: 'panel',
      operation: 'turn',
      provider: 'anthropic',
      session: 's',
      usage: { ...usage(5), cacheCreation1hTokens: 2 },
      cost: 0.5,
      masked: 3,
      cache: 'hit',
      error: 'overloaded',
      firstByteMs: 3,
      firstTokenMs: 4,
      requestId: 'req',
    });
    table.add([call(), whole, { ...whole, bodies: { request: 'asked', answer: 'said' } }], noon);
    assert.deepEqual(table.calls({ limit: 2 }), [
      { ...whole, id: 2, hasBodies: false },
      { ...whole, id: 3, hasBodies: true },
    ]);
    assert.deepEqual(
      table.calls({ after: 1, limit: 1 }).map(({ id }) => id),
      [2],
    );
    assert.deepEqual(table.bodies(3), { request: 'asked', answer: 'said' });
    assert.equal(table.bodies(2), undefined);
    table.prune(noon + 101 * day);
    assert.equal(db.prepare('SELECT COUNT(*) AS n FROM call_body').get()?.n, 0);
  });

  it('tells how things went over time, with the times of its calls in slots', () => {
    table.add(
      [
        call({ totalMs: 100, firstTokenMs: 20 }),
        call({ totalMs: 100, at: noon + 1, cache: 'hit', cost: 1 }),
        call({ totalMs: 4000, at: noon + 2 * day, outcome: 'failed' }),
      ],
      noon,
    );
    const rows = table.overTime({ from: noon - day, to: noon + 3 * day, step: day });
    assert.deepEqual(
      rows.map(({ at, calls, failures, cost, hits, total, first }) => ({
        at,
        calls,
        failures,
        cost,
        hits,
        total,
        first,
      })),
      [
        {
          at: 1,
          calls: 2,
          failures: 0,
          cost: 1,
          hits: 1,
          total: [[slotOf(100), 2]],
          first: [[slotOf(20), 1]],
        },
        { at: 3, calls: 1, failures: 1, cost: 0, hits: 0, total: [[slotOf(4000), 1]], first: [] },
      ],
    );
  });

  it('leaves out what came after the call it is asked about', () => {
    table.add([call({ totalMs: 5 }), call({ totalMs: 5 })], noon);
    const when = { from: noon, to: noon + 1, upTo: 1 };
    assert.equal(table.usage({ by: [], ...when })[0]?.calls, 1);
    const [row] = table.overTime({ ...when, step: 1 });
    assert.deepEqual([row?.calls, row?.total], [1, [[slotOf(5), 1]]]);
  });

  it('has no rows where nothing was called, and one of nothing where nothing is asked apart', () => {
    assert.deepEqual(sums(['client']), []);
    assert.deepEqual(sums([])[0]?.calls, 0);
  });

  it('lets go of what is older than a hundred days, and of the oldest when there is too much', () => {
    table.add([call({ at: noon - 101 * day }), call({ at: noon - 99 * day }), call(), call()], noon);
    assert.equal(sums([])[0]?.calls, 3);
    table.prune(noon, 2);
    assert.equal(sums([], noon - day)[0]?.calls, 2);
    assert.equal(sums([])[0]?.calls, 2);
  });
});

describe('Times of calls in slots', () => {
  it('are read back within 4.4 percent, whatever they are', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 3_600_000, noNaN: true }), (ms) => {
        const back = msOf(slotOf(ms));
        assert.ok(Math.abs(back / ms - 1) < 0.0445, `${ms} as ${back}`);
      }),
    );
  });

  it('give the share that was faster, as sorting the times would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 60 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (times, share) => {
          const slots = times.map((ms): [number, number] => [slotOf(ms), 1]);
          const sorted = [...times].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(times.length * share)) - 1] ?? 0;
          assert.equal(percentile(slots, share), msOf(slotOf(exact)));
        },
      ),
    );
  });

  it('have no share where there are none', () => assert.equal(percentile([], 0.5), undefined));
});
