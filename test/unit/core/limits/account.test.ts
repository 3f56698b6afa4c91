import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { LimitError } from '../../../../src/core/errors.ts';
import { Limiter } from '../../../../src/core/limits/limiter.ts';
import type { ClientLimits } from '../../../../src/core/limits/limits.ts';
import { thisHolder } from '../../../../src/store/sqlite/holder.ts';
import { UserStore } from '../../../../src/store/user/userStore.ts';

const log = { info() {}, warn() {}, error: (message: string) => assert.fail(message) };
const day = 24 * 60 * 60_000;

/** Windows over one database, each as a process of its own; time is what the test says. */
function start(limits: ClientLimits, overall: ClientLimits = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-limits-'));
  const time = { wall: 1_700_000_000_000, uptime: 1_000_000 };
  const stores: UserStore[] = [];
  const open = (process: string) => {
    const store = new UserStore(
      join(folder, 'user.db'),
      () => time.wall,
      () => time.uptime,
      process,
    );
    stores.push(store);
    const ledger = {
      exchange: async (entry: Parameters<UserStore['exchangeLimits']>[0]) => store.exchangeLimits(entry),
    };
    return { store, limiter: new Limiter(ledger, log) };
  };
  const [host, pid, started] = thisHolder().split('|');
  // Both are alive: their ids are those of this process, told apart by the name of the host.
  const first = open(`${host}|${pid}|${started}`);
  const { client } = first.store.addClient({ name: 'one', scopes: ['models'], limits });
  first.store.limitClient('all', overall);
  const second = open(`other|${pid}|${started}`);
  return {
    time,
    first,
    second,
    open,
    client: { id: client.id, limits, overall },
    another: () => {
      const added = first.store.addClient({ name: 'two', scopes: ['models'] }).client;
      return { id: added.id, overall };
    },
    /** A process of this machine that is not there any more. */
    dead: `${host}|999999999|1`,
    async close() {
      await first.limiter.close();
      await second.limiter.close();
      for (const store of stores) store.close();
      assert.ok(existsSync(folder));
      rmSync(folder, { recursive: true });
    },
  };
}

type Started = ReturnType<typeof start>;

async function refusal(taking: () => unknown): Promise<LimitError> {
  let found: LimitError | undefined;
  await assert.rejects(
    async () => taking(),
    (error: LimitError) => {
      found = error;
      return true;
    },
  );
  assert.ok(found);
  return found;
}

describe('Limits of a program', () => {
  let at: Started;
  afterEach(() => at.close());

  it('cost nothing where there are none', () => {
    at = start({});
    assert.equal(at.first.limiter.take({ id: at.client.id }, { requests: 1, money: 5 }), undefined);
  });

  it('let exactly as many requests through as they say, and say which limit it was and when it ends', async () => {
    at = start({ requestsPerMinute: 7 });
    for (let n = 0; n < 7; n++)
      (await at.first.limiter.take(at.client, { requests: 1 }))?.settle({ requests: 1 });
    const error = await refusal(() => at.first.limiter.take(at.client, { requests: 1 }));
    assert.deepEqual(
      [error.code, error.status, error.limit.scope, error.limit.bound],
      ['limit_requests', 429, 'client', 7],
    );
    const wait = error.limit.endsInMs ?? 0;
    assert.ok(wait > 0 && wait <= 61_000);
    at.time.uptime += wait;
    (await at.first.limiter.take(at.client, { requests: 1 }))?.settle({ requests: 1 });
  });

  it('threat 26: hold over windows together, whoever asks first', async () => {
    at = start({ requestsPerMinute: 10 });
    let let1 = 0;
    for (let n = 0; n < 20; n++) {
      const { limiter } = n % 2 === 0 ? at.first : at.second;
      try {
        (await limiter.take(at.client, { requests: 1 }))?.settle({ requests: 1 });
        let1++;
      } catch (error) {
        assert.equal((error as LimitError).code, 'limit_requests');
      }
    }
    assert.equal(let1, 10);
  });

  it('of all programs together hold for each of them', async () => {
    at = start({}, { usdPerDay: 1 });
    const other = at.another();
    (await at.first.limiter.take(at.client, { money: 600_000 }))?.settle({ money: 600_000 });
    const error = await refusal(() => at.second.limiter.take(other, { money: 500_000 }));
    assert.deepEqual(
      [error.status, error.limit.scope, error.limit.kind, error.limit.bound],
      [402, 'all', 'money', 1],
    );
  });

  it('threat 25: stay as they are when the clock is set a day ahead or back', async () => {
    at = start({ requestsPerMinute: 2, usdPerDay: 1 });
    const use = async () =>
      (await at.first.limiter.take(at.client, { requests: 1, money: 400_000 }))?.settle({
        requests: 1,
        money: 400_000,
      });
    await use();
    await use();
    for (const jump of [day, -2 * day, day]) {
      at.time.wall += jump;
      const error = await refusal(use);
      assert.equal(error.limit.kind, 'money');
      const requests = await refusal(() => at.first.limiter.take(at.client, { requests: 1 }));
      assert.ok((requests.limit.endsInMs ?? 0) <= 61_000);
    }
    at.time.uptime += 61_000;
    (await at.first.limiter.take(at.client, { requests: 1 }))?.settle({ requests: 1 });
    at.time.uptime += day + 16 * 60_000;
    await use();
  });

  it('stay as they are when the machine is started again', async () => {
    at = start({ usdPerDay: 1 });
    (await at.first.limiter.take(at.client, { money: 900_000 }))?.settle({ money: 900_000 });
    await at.first.limiter.close();
    at.time.uptime = 10_000;
    at.time.wall += 60_000;
    assert.equal(
      (await refusal(() => at.second.limiter.take(at.client, { money: 200_000 }))).code,
      'limit_money',
    );
    at.time.uptime = 5_000;
    at.time.wall += 2 * day;
    (await at.second.limiter.take(at.client, { money: 200_000 }))?.settle({ money: 0 });
  });

  it('let as many calls run at once as they say, and the next when one is over', async () => {
    at = start({ parallel: 2 });
    const one = await at.first.limiter.take(at.client, { parallel: 1 });
    await at.first.limiter.take(at.client, { parallel: 1 });
    const error = await refusal(() => at.second.limiter.take(at.client, { parallel: 1 }));
    assert.deepEqual([error.code, error.status], ['limit_parallel', 429]);
    one?.settle({});
    one?.settle({});
    await at.first.limiter.take(at.client, { parallel: 1 });
    await refusal(() => at.first.limiter.take(at.client, { parallel: 1 }));
  });

  it('give the place of a call that is over to another program at once, in this window and in another', async () => {
    at = start({}, { parallel: 1 });
    const other = at.another();
    const one = await at.first.limiter.take(at.client, { parallel: 1 });
    await refusal(() => at.first.limiter.take(other, { parallel: 1 }));
    await refusal(() => at.second.limiter.take(other, { parallel: 1 }));
    one?.settle({});
    const two = await at.first.limiter.take(other, { parallel: 1 });
    two?.settle({});
    const three = await at.second.limiter.take(at.client, { parallel: 1 });
    await refusal(() => at.first.limiter.take(at.client, { parallel: 1 }));
    three?.settle({});
    // Whoever asks again before it is given back keeps it.
    const four = await at.first.limiter.take(at.client, { parallel: 1 });
    four?.settle({});
    const five = await at.first.limiter.take(at.client, { parallel: 1 });
    await refusal(() => at.second.limiter.take(other, { parallel: 1 }));
    five?.settle({});
  });

  it('count what a process held that died: its money as used, its calls as over', async () => {
    at = start({ parallel: 1, usdPerDay: 1 });
    const dead = at.open(at.dead);
    await dead.limiter.take(at.client, { parallel: 1, money: 700_000 });
    const error = await refusal(() => at.first.limiter.take(at.client, { parallel: 1, money: 700_000 }));
    assert.equal(error.code, 'limit_money');
    await at.first.limiter.take(at.client, { parallel: 1, money: 300_000 });
    at.time.uptime += day + 16 * 60_000;
    await refusal(() => at.first.limiter.take(at.client, { parallel: 1 }));
    await at.first.limiter.take(at.client, { money: 700_000 });
  });

  it('never let more money be held or used than they say, whatever calls take of it, in two windows', async () => {
    at = start({});
    const calls = fc.array(
      fc.record({
        window: fc.boolean(),
        need: fc.integer({ min: 1, max: 400_000 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        keeps: fc.boolean(),
      }),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(calls, async (made) => {
        const limits = { usdPerDay: 1 };
        const client = at.first.store.addClient({ name: 'p', scopes: ['models'], limits }).client;
        let taken = 0;
        for (const { window, need, share, keeps } of made) {
          const { limiter } = window ? at.first : at.second;
          try {
            const hold = await limiter.take({ id: client.id, limits }, { money: need });
            const money = keeps ? need : Math.floor(need * share);
            // A call that still runs counts with all that was held for it.
            if (!keeps) hold?.settle({ money });
            taken += money;
          } catch (error) {
            assert.equal((error as LimitError).code, 'limit_money');
          }
          assert.ok(taken <= 1_000_000);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('count a call that took more than was held for it in full', async () => {
    at = start({ tokensPerMinute: 100 });
    (await at.first.limiter.take(at.client, { tokens: 10 }))?.settle({ tokens: 95 });
    await refusal(() => at.first.limiter.take(at.client, { tokens: 10 }));
    // Larger than the limit, it goes alone, once nothing else counts.
    await refusal(() => at.first.limiter.take(at.client, { tokens: 5000 }));
    at.time.uptime += 61_001;
    (await at.first.limiter.take(at.client, { tokens: 5000 }))?.settle({ tokens: 20 });
    await at.first.limiter.close();
    (await at.second.limiter.take(at.client, { tokens: 80 }))?.settle({ tokens: 80 });
    await refusal(() => at.second.limiter.take(at.client, { tokens: 1 }));
  });
});
