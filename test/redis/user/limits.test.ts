import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { LedgerAnswer, LedgerEntry } from '../../../src/core/limits/ledger.ts';
import { Limiter } from '../../../src/core/limits/limiter.ts';
import { type ClientLimits, limitKinds } from '../../../src/core/limits/limits.ts';
import { redisAddress } from '../../../src/store/redis/address.ts';
import { RedisConnection } from '../../../src/store/redis/connection.ts';
import { redisClients } from '../../../src/store/redis/user/clients.ts';
import { clockKey } from '../../../src/store/redis/user/clock.ts';
import { goneAfterMs } from '../../../src/store/redis/user/limitScript.ts';
import { type RedisLedger, redisLedger } from '../../../src/store/redis/user/limits.ts';
import { UserStore } from '../../../src/store/user/userStore.ts';
import { TestRedis } from '../../support/redis.ts';

const day = 86_400_000;
/** A way to Redis on which, while `silent`, everything arrives there and no reply comes back. */
async function silentWay(port: number) {
  const way = { silent: false, port: 0, close: () => server.close() };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('data', (data) => far.write(data));
    far.on('data', (data) => {
      if (!way.silent) near.write(data);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  way.port = address.port;
  return way;
}

const nothing = { used: {}, returned: {}, need: {}, wish: {} };

describe('Limits over several instances on one Redis', function () {
  this.timeout(60_000);
  let redis: TestRedis;
  let connections: RedisConnection[];
  let ledgers: RedisLedger[];
  before(async () => {
    redis = await TestRedis.start();
  });
  after(() => redis.end());
  beforeEach(async () => {
    connections = [];
    ledgers = [];
    await connected().command('FLUSHALL');
  });
  afterEach(async () => {
    for (const ledger of ledgers) ledger.dispose();
    await Promise.all(connections.map((one) => one.close()));
  });

  function connected(url = redis.url): RedisConnection {
    const connection = new RedisConnection(redisAddress(url));
    connections.push(connection);
    return connection;
  }
  function instance(uptime?: () => number, url?: string): RedisLedger {
    const ledger = redisLedger(connected(url), randomUUID(), uptime);
    ledgers.push(ledger);
    return ledger;
  }
  async function addClient(limits: ClientLimits): Promise<string> {
    const { client } = await redisClients(connected()).add({ name: 'x', scopes: ['models'], limits });
    return client.id;
  }
  const need = async (ledger: RedisLedger, clientId: string, amounts: LedgerEntry['need']) => {
    const answer = await ledger.exchange({ ...nothing, clientId, need: amounts, wish: amounts });
    if (answer.unsettled) throw answer.unsettled;
    return answer;
  };

  it('says what a database of one machine says, whatever is used, held, returned and asked for', async () => {
    const amount = fc.integer({ min: 0, max: 12 });
    const amounts = fc.record({ requests: amount, tokens: amount, parallel: amount, money: amount });
    const bound = fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined });
    const limits = fc
      .record({ requestsPerMinute: bound, tokensPerMinute: bound, parallel: bound, micro: bound })
      .map(({ micro, ...rest }) => ({
        ...rest,
        usdPerDay: micro === undefined ? undefined : micro / 1_000_000,
      }));
    const entry = fc.record({
      client: fc.integer({ min: 0, max: 1 }),
      used: amounts,
      returned: amounts,
      need: amounts,
      wish: amounts,
    });
    const folder = mkdtempSync(join(tmpdir(), 'causeway-limits-'));
    try {
      await fc.assert(
        fc.asyncProperty(
          limits,
          limits,
          limits,
          fc.array(entry, { maxLength: 12 }),
          async (one, two, all, entries) => {
            const model = new UserStore(join(folder, `${randomUUID()}.db`));
            const clients = redisClients(connected());
            const ledger = instance();
            try {
              await connections[0]?.command('FLUSHALL');
              const ids: [string, string][] = [];
              for (const given of [one, two].map(defined)) {
                const init = { name: 'x', scopes: ['models' as const], limits: given };
                ids.push([model.addClient(init).client.id, (await clients.add(init)).client.id]);
              }
              model.limitClient('all', defined(all));
              await clients.limit('all', defined(all));
              for (const { client, ...asked } of entries) {
                const [inModel = '', inRedis = ''] = ids[client] ?? [];
                const expected = model.exchangeLimits({ ...asked, clientId: inModel });
                const got = await ledger.exchange({ ...asked, clientId: inRedis });
                assert.deepEqual(timeless(got), timeless(expected));
              }
            } finally {
              model.close();
            }
          },
        ),
        { numRuns: 60 },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('threat 26: three instances that ask at once are given no more than there is', async () => {
    const clientId = await addClient({ usdPerDay: 1, requestsPerMinute: 1000, parallel: 1000 });
    const three = [instance(), instance(), instance()];
    const asked = Array.from({ length: 300 }, (_, at) => {
      const ledger = three[at % 3];
      assert.ok(ledger);
      return need(ledger, clientId, { money: 10_000, requests: 1, parallel: 1 });
    });
    const answers = await Promise.all(asked);
    assert.equal(answers.filter(({ refused }) => refused === undefined).length, 100);
    const [no] = answers.flatMap(({ refused }) => refused ?? []);
    assert.deepEqual([no?.kind, no?.scope, no?.bound], ['money', 'client', 1_000_000]);
  });

  it('threat 26: a Redis that hangs and comes back has given nothing twice, and nobody waited for ever', async () => {
    const clientId = await addClient({ usdPerDay: 1 });
    const three = [instance(), instance(), instance()];
    await Promise.all(three.map((ledger) => need(ledger, clientId, { money: 1 })));
    let granted = 3;
    const loads = three.map(async (ledger) => {
      for (let at = 0; at < 40; at++)
        await need(ledger, clientId, { money: 30_000 }).then(
          ({ granted: { money = 0 } }) => {
            granted += money;
          },
          (error: unknown) => assert.equal(codeOf(error), 'store_unavailable'),
        );
    });
    // Its own sleep, of which it says nothing, and a stop by the system.
    const sleeping = connected()
      .command('DEBUG', 'SLEEP', '1')
      .catch(() => undefined);
    await sleeping;
    redis.pause();
    const startedAt = performance.now();
    await assert.rejects(need(instance(), clientId, { money: 1 }), { code: 'store_unavailable' });
    assert.ok(performance.now() - startedAt < 12_000);
    redis.resume();
    await Promise.all(loads);
    const [left] = (await instance().exchange({ ...nothing, clientId })).left;
    assert.ok(granted <= 1_000_000, `${granted} were granted`);
    // What Redis granted and nobody heard of is held, and never given a second time.
    assert.ok(left && left.left <= 1_000_000 - granted);
  });

  it('threat 26: programs are refused while Redis is gone, and what is unlimited is not asked of it', async () => {
    const clientId = await addClient({ parallel: 1 });
    const logged: string[] = [];
    const limiter = new Limiter(instance(), { info() {}, warn() {}, error: (line) => logged.push(line) });
    await redis.kill();
    try {
      const taking = async () => limiter.take({ id: clientId, limits: { parallel: 1 } }, { parallel: 1 });
      await assert.rejects(taking, { code: 'store_unavailable' });
      assert.equal(limiter.take({ id: 'other' }, { parallel: 1 }), undefined);
    } finally {
      await redis.startAgain();
    }
    const hold = await limiter.take({ id: clientId, limits: { parallel: 1 } }, { parallel: 1 });
    hold?.settle({});
    await limiter.close();
  });

  it('threat 26: a grant whose reply was lost is given back before the next, and locks nobody out', async () => {
    const clientId = await addClient({ parallel: 1, usdPerDay: 1 });
    const way = await silentWay(redis.port);
    try {
      const ledger = instance(undefined, `redis://127.0.0.1:${way.port}`);
      await ledger.exchange({ ...nothing, clientId });
      way.silent = true;
      await assert.rejects(need(ledger, clientId, { parallel: 1, money: 900_000 }), {
        code: 'store_unavailable',
      });
      // What is asked while Redis is away was not made.
      await assert.rejects(need(ledger, clientId, { parallel: 1 }), { code: 'store_unavailable' });
      way.silent = false;
      const other = instance();
      assert.equal((await need(other, clientId, { parallel: 1 })).refused?.kind, 'parallel');
      const { granted, refused, left } = await need(ledger, clientId, { parallel: 1, money: 400_000 });
      assert.deepEqual([granted, refused], [{ parallel: 1, money: 400_000 }, undefined]);
      assert.equal(left.find(({ kind }) => kind === 'money')?.left, 600_000);
      await ledger.exchange({ ...nothing, clientId, returned: { parallel: 1, money: 400_000 } });
      assert.equal((await need(other, clientId, { parallel: 1, money: 1_000_000 })).refused, undefined);
    } finally {
      way.close();
    }
  });

  it('threat 26: what was used is counted once where the reply to its account was lost', async () => {
    const limits = { usdPerDay: 1 };
    const clientId = await addClient(limits);
    const way = await silentWay(redis.port);
    try {
      const lost = Promise.withResolvers<string>();
      const log = { info() {}, warn() {}, error: (line: string) => lost.resolve(line) };
      const limiter = new Limiter(instance(undefined, `redis://127.0.0.1:${way.port}`), log);
      const hold = await limiter.take({ id: clientId, limits }, { money: 100_000 });
      way.silent = true;
      hold?.settle({ money: 60_000 });
      await lost.promise;
      way.silent = false;
      const second = await limiter.take({ id: clientId, limits }, { money: 100_000 });
      second?.settle({ money: 5_000 });
      await limiter.close();
      const { left } = await instance().exchange({ ...nothing, clientId });
      assert.equal(left[0]?.left, 935_000);
    } finally {
      way.close();
    }
  });

  it('what an instance held that died counts as used, and its places are free again', async () => {
    const clientId = await addClient({ parallel: 2, usdPerDay: 1 });
    let uptime = 1_000_000;
    const dead = instance(() => uptime);
    const other = instance(() => uptime);
    await other.exchange({ ...nothing, clientId });
    await need(dead, clientId, { parallel: 2, money: 400_000 });
    assert.equal((await need(other, clientId, { parallel: 1 })).refused?.kind, 'parallel');
    uptime += goneAfterMs - 1;
    assert.equal((await need(other, clientId, { parallel: 1 })).refused?.kind, 'parallel');
    // The one that died had come a moment after this one, and is reckoned ahead of it by that.
    uptime += 1 + 5_000;
    const answer = await need(other, clientId, { parallel: 2 });
    assert.equal(answer.refused, undefined);
    assert.equal(answer.left.find(({ kind }) => kind === 'money')?.left, 600_000);
    // The day after, nothing of it is left.
    uptime += day + 15 * 60_000;
    const later = await other.exchange({ ...nothing, clientId });
    assert.equal(later.left.find(({ kind }) => kind === 'money')?.left, 1_000_000);
  });

  it('an instance that comes back after it was taken for dead takes nothing from others', async () => {
    const clientId = await addClient({ parallel: 2, usdPerDay: 1 });
    let uptime = 1_000_000;
    const slow = instance(() => uptime);
    const other = instance(() => uptime);
    await need(slow, clientId, { parallel: 1, money: 100_000 });
    await other.exchange({ ...nothing, clientId });
    uptime += goneAfterMs;
    await need(other, clientId, { parallel: 2, money: 200_000 });
    const back = await slow.exchange({
      ...nothing,
      clientId,
      used: { money: 100_000 },
      returned: { parallel: 1 },
    });
    // Counted twice, which is on the safe side; never given away.
    assert.deepEqual(
      back.left.map(({ kind, left }) => [kind, left]),
      [
        ['parallel', 0],
        ['money', 600_000],
      ],
    );
  });

  const tick = async () => Number(await connections[0]?.command('HGET', clockKey, 'tick'));

  it('threat 25: the clock goes no faster than the machines, however late their exchanges come and whatever they count in', async () => {
    const machine = fc.record({
      phase: fc.integer({ min: 0, max: 999 }),
      step: fc.constantFrom(1, 10, 1000),
    });
    const exchange = fc.record({
      passed: fc.integer({ min: 0, max: 1500 }),
      who: fc.nat({ max: 2 }),
      late: fc.constantFrom(0, 0, 0, 200, 1000, 5000),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(machine, { minLength: 2, maxLength: 3 }),
        fc.array(exchange, { minLength: 20, maxLength: 80 }),
        async (machines, exchanges) => {
          const begun = performance.now();
          await connections[0]?.command('FLUSHALL');
          const clientId = await addClient({});
          let at = 0;
          const all = machines.map(({ phase, step }) =>
            instance(() => 1_000_000 + Math.floor((at + phase) / step) * step),
          );
          for (const one of all) await one.exchange({ ...nothing, clientId });
          const startedAt = await tick();
          let real = 0;
          for (const { passed, who, late } of exchanges) {
            real += passed;
            at = Math.max(0, real - late);
            await all[who % all.length]?.exchange({ ...nothing, clientId });
          }
          // Who counts whole seconds may have begun at the end of one; once more after it was taken for gone.
          const mostMs = real + 1000 * (machines.length + 1) + (performance.now() - begun);
          const passed = (await tick()) - startedAt;
          assert.ok(passed <= mostMs, `${passed} ms passed in ${real}`);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('threat 25: two machines that count whole seconds do not drive the clock forward, nor hold it up', async () => {
    const clientId = await addClient({});
    let at = 0;
    const two = [0, 500].map((phase) => instance(() => Math.floor((at + phase) / 1000) * 1000));
    for (const one of two) await one.exchange({ ...nothing, clientId });
    const startedAt = await tick();
    for (at = 0; at < 120_000; at += 250) for (const one of two) await one.exchange({ ...nothing, clientId });
    const passed = (await tick()) - startedAt;
    assert.ok(passed >= 119_000 && passed <= 122_000, `${passed}`);
  });

  it('threat 25: the clock goes on when the instance that was far ahead is gone', async () => {
    const clientId = await addClient({});
    let uptime = 5_000;
    const ledger = instance(() => uptime);
    await ledger.exchange({ ...nothing, clientId });
    await connections[0]?.command('HINCRBY', clockKey, 'tick', String(day));
    uptime += 1000;
    await ledger.exchange({ ...nothing, clientId });
    const startedAt = await tick();
    uptime += 1000;
    await ledger.exchange({ ...nothing, clientId });
    assert.equal((await tick()) - startedAt, 1000);
  });

  for (const [title, jump] of [
    ['forward', -day],
    ['back', day],
  ] as const)
    it(`threat 25: the server's date that jumps a day ${title} gives nothing back and takes nothing away`, async () => {
      const clientId = await addClient({ requestsPerMinute: 10, usdPerDay: 1 });
      const ledger = instance();
      await need(ledger, clientId, { requests: 10, money: 1_000_000 });
      await ledger.exchange({ ...nothing, clientId, used: { requests: 10, money: 1_000_000 } });
      // As if the date had been another when it was last written down.
      await connections[0]?.command('HINCRBY', clockKey, 'wall', String(jump));
      const { left } = await ledger.exchange({ ...nothing, clientId });
      assert.deepEqual(
        left.map((one) => one.left),
        [0, 0],
      );
      const more = left.map(({ moreInMs = 0 }) => moreInMs);
      assert.ok(
        more.every((ms) => ms > 0) && (more[0] ?? 0) <= 61_000 && (more[1] ?? 0) <= day + 15 * 60_000,
      );
    });
});

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : error);

/** Without what depends on when it was asked. */
const timeless = ({ granted, refused, left }: LedgerAnswer) => ({
  granted: Object.fromEntries(limitKinds.flatMap((kind) => (granted[kind] ? [[kind, granted[kind]]] : []))),
  refused: refused && { bound: refused.bound, need: refused.need, never: refused.need > refused.bound },
  left: left.map(({ moreInMs: _, ...one }) => one),
});

function defined(limits: { [K in keyof ClientLimits]-?: ClientLimits[K] | undefined }): ClientLimits {
  const { requestsPerMinute, tokensPerMinute, parallel, usdPerDay } = limits;
  return {
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(usdPerDay === undefined ? {} : { usdPerDay }),
  };
}
