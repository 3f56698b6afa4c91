import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type { CallLog, LoggedCall } from '../../../../src/core/relay.ts';
import { stretchesOf } from '../../../../src/host/usage/overview.ts';
import { UsageFeed } from '../../../../src/host/usage/usageFeed.ts';
import { type HostToUsage, hostToUsage } from '../../../../src/protocol/usage.ts';
import { CallTable } from '../../../../src/store/user/callTable.ts';
import { createCallLog } from '../../../../src/store/user/migrations/005-call-log.ts';
import { widenCallLog } from '../../../../src/store/user/migrations/009-calls-of-turns.ts';

const now = Date.parse('2026-11-24T12:34:56Z');

const call = (more: Partial<LoggedCall> = {}): LoggedCall => ({
  at: now - 60_000,
  client: 'c1',
  wire: 'bridge',
  operation: 'turn',
  provider: 'anthropic',
  model: 'opus',
  session: 's1',
  stream: true,
  status: 200,
  outcome: 'done',
  usage: { inputTokens: 10, outputTokens: 5, cacheCreationTokens: 3, cacheReadTokens: 7 },
  cost: 0.25,
  firstTokenMs: 40,
  totalMs: 90,
  ...more,
});

describe('What the dashboard is told', () => {
  let db: DatabaseSync;
  let table: CallTable;
  let told: HostToUsage[];
  let logged: string[];
  let broken: boolean;
  let feed: UsageFeed;
  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    createCallLog(db);
    widenCallLog(db);
    table = new CallTable(db);
    told = [];
    logged = [];
    broken = false;
    const log: CallLog = {
      add: async (calls) => table.add(calls, now),
      usage: async (query) => table.usage(query),
      overTime: async (query) => table.overTime(query),
      calls: async (query) => table.calls(query),
      bodies: async (id) => table.bodies(id),
      forgetBodies: async () => table.forgetBodies(),
    };
    feed = new UsageFeed({
      calls: async () => ({
        read: async (question) => {
          if (broken) throw new Error('The disk is gone.');
          return question(log);
        },
      }),
      names: async ({ clients, sessions }) =>
        Object.fromEntries([...clients, ...sessions].map((id) => [id, `name of ${id}`])),
      // As the page takes it.
      tell: (message) => told.push(hostToUsage.parse(message)),
      now: () => now,
      log: { info() {}, warn() {}, error: (message) => logged.push(message) },
    });
  });
  afterEach(() => {
    feed.close();
    db.close();
  });

  it('is a range whole at first, with names, and then each new call once', async () => {
    table.add(
      [call(), call({ at: now - 48 * 3_600_000 }), call({ client: 'owner', outcome: 'failed' })],
      now,
    );
    await feed.open('day');
    const [first] = told;
    assert.ok(first?.type === 'overview');
    const { buckets, sums, calls, names } = first.overview;
    assert.deepEqual(
      buckets.map(({ at, calls: n, failures, cost, read }) => [at, n, failures, cost, read]),
      [[23, 2, 1, 0.5, 14]],
    );
    assert.deepEqual(
      sums.client.map(({ key, calls: n }) => [key, n]),
      [
        ['c1', 1],
        ['owner', 1],
      ],
    );
    assert.deepEqual([calls.length, names.s1], [3, 'name of s1']);
    await feed.look();
    assert.equal(told.length, 1);
    table.add([call({ session: 's2' })], now);
    await feed.look();
    await feed.look();
    assert.equal(told.length, 2);
    const [, second] = told;
    assert.ok(second?.type === 'calls');
    assert.deepEqual([second.calls.map(({ id }) => id), second.names.s2], [[4], 'name of s2']);
  });

  it('is nothing more once the page is gone', async () => {
    await feed.open('day');
    feed.close();
    table.add([call()], now);
    assert.equal(told.length, 1);
  });

  it('is all anew where more has come than is worth telling one by one', async () => {
    await feed.open('month');
    table.add(
      Array.from({ length: 1000 }, () => call()),
      now,
    );
    await feed.look();
    assert.deepEqual(
      told.map(({ type }) => type),
      ['overview', 'overview'],
    );
  });

  it('is why the log cannot be read', async () => {
    broken = true;
    await feed.open('day');
    assert.equal(told[0]?.type, 'problem');
    assert.equal(logged.length, 1);
  });

  for (const range of ['day', 'week', 'month'] as const) {
    it(`has ${range} end with the stretch that is now`, () => {
      const { from, step, count } = stretchesOf(range, now);
      const end = from + step * count;
      assert.ok(end > now && end - step <= now, new Date(end).toISOString());
      assert.equal((from - new Date(from).setHours(0, 0, 0, 0)) % step, 0);
    });
  }
});
