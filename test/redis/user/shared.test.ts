import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  type CallOperation,
  callOperations,
  type LoggedCall,
  relayOutcomes,
  usageGroups,
} from '../../../src/core/relay.ts';
import { redisAddress } from '../../../src/store/redis/address.ts';
import { RedisConnection } from '../../../src/store/redis/connection.ts';
import { sharedKeys } from '../../../src/store/redis/keys.ts';
import { openSharedUsers } from '../../../src/store/redis/user/sharedUsers.ts';
import { openUserDatabase, type UserDatabase } from '../../../src/store/user/openUserDatabase.ts';
import { workerUrl } from '../../support/core.ts';
import { TestRedis } from '../../support/redis.ts';

const client = '7b0e7c6a-4c1f-4d5e-9a53-0f5b6d9a1c11';
const [sessionId, turnId] = ['22222222-2222-4222-8222-222222222222', '33333333-3333-4333-8333-333333333333'];

describe('The user’s own over several instances on one Redis', function () {
  this.timeout(60_000);
  let redis: TestRedis;
  let admin: RedisConnection;
  let folder: string;
  let here: UserDatabase;
  let there: UserDatabase;
  before(async () => {
    redis = await TestRedis.start();
    admin = new RedisConnection(redisAddress(redis.url));
    folder = mkdtempSync(join(tmpdir(), 'causeway-shared-'));
  });
  after(async () => {
    await admin.close();
    await redis.end();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await admin.command('FLUSHALL');
    here = instance('one');
    there = instance('two');
  });
  afterEach(() => Promise.all([here.close(), there.close()]));

  const local = (name: string) =>
    openUserDatabase({ file: join(folder, name, 'user.db'), workerUrl: workerUrl('user') });
  const instance = (name: string) => openSharedUsers(local(name), redisAddress(redis.url));

  it('a request with a key that comes to two instances at once is one turn', async () => {
    const request = { client, key: 'k', fingerprint: 'f' };
    assert.equal(await here.keyedTurns.find(client, 'k'), undefined);
    const other = randomUUID();
    const [first, second] = await Promise.all([
      here.keyedTurns.claim(request, { sessionId, turnId }),
      there.keyedTurns.claim(request, { sessionId, turnId: other }),
    ]);
    assert.deepEqual(first, second);
    assert.ok([turnId, other].includes(first.turnId));
    assert.deepEqual(await there.keyedTurns.find(client, 'k'), first);
    assert.equal(await there.keyedTurns.find('owner', 'k'), undefined);
    await there.keyedTurns.release(client, 'k', randomUUID());
    assert.deepEqual(await here.keyedTurns.find(client, 'k'), first);
    await there.keyedTurns.release(client, 'k', sessionId);
    assert.equal(await here.keyedTurns.find(client, 'k'), undefined);
  });

  it('a key is forgotten after a day, by a clock that no date moves', async () => {
    await here.keyedTurns.claim({ client, key: 'k', fingerprint: 'f' }, { sessionId, turnId });
    const age = async (ms: number) =>
      admin.command('ZINCRBY', sharedKeys.of('keyed-order', client), String(-ms), 'k');
    await age(86_000_000);
    assert.ok(await there.keyedTurns.find(client, 'k'));
    await age(400_000);
    assert.equal(await there.keyedTurns.find(client, 'k'), undefined);
    await there.keyedTurns.claim({ client, key: 'l', fingerprint: 'f' }, { sessionId, turnId });
    assert.equal(await admin.command('HLEN', sharedKeys.of('keyed', client)), 1);
  });

  it('of one program’s keys the oldest go first when there are too many', async () => {
    const order = sharedKeys.of('keyed-order', client);
    const turns = sharedKeys.of('keyed', client);
    await here.keyedTurns.claim({ client, key: 'first', fingerprint: 'f' }, { sessionId, turnId });
    const score = String(await admin.command('ZSCORE', order, 'first'));
    const many = Array.from({ length: 9_999 }, (_, at) => `key-${at}`);
    await admin.command('ZADD', order, ...many.flatMap((key) => [String(Number(score) + 1), key]));
    await admin.command('HSET', turns, ...many.flatMap((key) => [key, '{}']));
    await there.keyedTurns.claim({ client, key: 'last', fingerprint: 'f' }, { sessionId, turnId });
    assert.equal(await here.keyedTurns.find(client, 'first'), undefined);
    assert.equal((await here.keyedTurns.find(client, 'last'))?.turnId, turnId);
    assert.deepEqual(
      [await admin.command('ZCARD', order), await admin.command('HLEN', turns)],
      [10_000, 10_000],
    );
  });

  it('the log of calls sums up as that of one machine does', async () => {
    const from = Date.UTC(2026, 10, 1);
    const count = fc.integer({ min: 0, max: 5000 });
    const maybe = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: undefined });
    const call = fc.record({
      at: fc.integer({ min: from, max: from + 5 * 86_400_000 }),
      client: fc.constantFrom('owner', client),
      wire: fc.constantFrom('anthropic' as const, 'openai' as const),
      operation: fc.constantFrom<CallOperation>(...callOperations),
      model: fc.constantFrom('', 'claude-sonnet-5-5', 'local/llama'),
      session: maybe(fc.constantFrom(sessionId, turnId)),
      stream: fc.boolean(),
      status: fc.constantFrom(0, 200, 529),
      outcome: fc.constantFrom(...relayOutcomes),
      usage: maybe(
        fc.record({
          inputTokens: count,
          outputTokens: count,
          cacheCreationTokens: count,
          cacheCreation1hTokens: count,
          cacheReadTokens: count,
        }),
      ),
      // In sixty-fourths, of which every sum is exact in whatever order.
      cost: maybe(count.map((one) => one / 64)),
      cache: maybe(fc.constant('hit' as const)),
      firstTokenMs: maybe(count),
      totalMs: count,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (drawn) => {
        await admin.command('FLUSHALL');
        const calls: LoggedCall[] = drawn.map(({ session, usage, cost, cache, firstTokenMs, ...rest }) => ({
          ...rest,
          ...(session === undefined ? {} : { session }),
          ...(usage === undefined ? {} : { usage }),
          ...(cost === undefined ? {} : { cost }),
          ...(cache === undefined ? {} : { cache }),
          ...(firstTokenMs === undefined ? {} : { firstTokenMs }),
        }));
        const model = local(randomUUID());
        try {
          await model.calls.add(calls);
          const half = Math.floor(calls.length / 2);
          await here.calls.add(calls.slice(0, half));
          await there.calls.add(calls.slice(half));
          const time = { from: from + 3_600_000, to: from + 4 * 86_400_000 };
          for (const by of [[], ...usageGroups.map((group) => [group]), [...usageGroups]])
            for (const upTo of [{}, { upTo: half }])
              assert.deepEqual(
                await here.calls.usage({ by, ...time, ...upTo }),
                await model.calls.usage({ by, ...time, ...upTo }),
              );
          const steps = { ...time, step: 7 * 3_600_000 };
          const slots = ([a]: [number, number], [b]: [number, number]) => a - b;
          const expected = (await model.calls.overTime(steps)).map((row) => ({
            ...row,
            total: [...row.total].sort(slots),
            first: [...row.first].sort(slots),
          }));
          assert.deepEqual(await there.calls.overTime(steps), expected);
          for (const query of [{ limit: 7 }, { after: 3, limit: 7 }, { after: 100, limit: 7 }])
            assert.deepEqual(await here.calls.calls(query), await model.calls.calls(query));
        } finally {
          await model.close();
        }
      }),
      { numRuns: 15 },
    );
  });

  it('calls that are older than a hundred days go with the next ones', async () => {
    const call = (at: number): LoggedCall => ({
      at,
      client: 'owner',
      wire: 'anthropic',
      operation: 'messages',
      model: 'm',
      stream: false,
      status: 200,
      outcome: 'done',
      totalMs: 1,
    });
    const now = Date.now();
    await here.calls.add([call(now - 101 * 86_400_000), call(now - 99 * 86_400_000)]);
    await there.calls.add([call(now)]);
    assert.deepEqual(
      (await here.calls.calls({ limit: 9 })).map(({ id }) => id),
      [2, 3],
    );
    await here.calls.add([]);
    assert.equal(await here.calls.bodies(2), undefined);
  });

  it('directives, what was learned of tokens, and the key of sessions are the same everywhere', async () => {
    const one = { directiveId: randomUUID(), text: 'Answer in German.', at: 2 };
    const two = { directiveId: randomUUID(), text: 'Be brief.', at: 1 };
    await here.directives.put(one);
    await there.directives.put(two);
    await there.directives.put({ ...one, text: 'Answer in French.' });
    assert.deepEqual(await here.directives.list(), [two, { ...one, text: 'Answer in French.' }]);
    await here.directives.remove(two.directiveId);
    assert.equal((await there.directives.list()).length, 1);

    await here.tokenFactors.save('claude', 1.25);
    await admin.command('HSET', sharedKeys.of('token-factors'), 'spoiled', 'much');
    assert.deepEqual(await there.tokenFactors.load(), new Map([['claude', 1.25]]));

    assert.equal(await here.sessionKey.agree('a'), 'a');
    assert.equal(await there.sessionKey.agree('b'), 'a');
    assert.equal(await there.sessionKey.kept(), undefined);
    await here.sessionKey.keep('a');
    assert.equal(await there.sessionKey.kept(), 'a');
    await there.sessionKey.release('b');
    assert.equal(await there.sessionKey.kept(), 'a');
    await there.sessionKey.release('a');
    assert.equal(await there.sessionKey.agree('b'), 'b');
  });

  it('nobody asks to be let in, since nobody would be shown it', async () => {
    await assert.rejects(here.asking.ask({ name: 'x', scopes: ['turns'] }), { code: 'asking_closed' });
    await assert.rejects(here.asking.approve('x', { name: 'x', scopes: ['turns'] }), {
      code: 'asking_closed',
    });
    assert.deepEqual([await here.asking.list(), await here.asking.poll('cwp_x')], [[], undefined]);
  });

  it('the register of folders stays on its machine', async () => {
    const identity = { uri: 'file:///here', name: 'here', folders: ['file:///here'], fingerprint: undefined };
    assert.ok((await here.workspaces.resolve(identity, [])).isNew);
    assert.equal((await here.status()).mode, 'normal');
    assert.ok(!(await there.workspaces.list()).some(({ uri }) => uri === 'file:///here'));
    assert.equal(await here.hasSessions(randomUUID()), false);
  });
});
