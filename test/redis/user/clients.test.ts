import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientRegister } from '../../../src/core/register.ts';
import { redisAddress } from '../../../src/store/redis/address.ts';
import { RedisConnection } from '../../../src/store/redis/connection.ts';
import { redisClients } from '../../../src/store/redis/user/clients.ts';
import { TestRedis } from '../../support/redis.ts';

const workspaceId = '7b0e7c6a-4c1f-8d5e-9a53-0f5b6d9a1c11';

describe('Programs, at several instances on one Redis', () => {
  let redis: TestRedis;
  let connections: RedisConnection[];
  let now: number;
  let here: ClientRegister;
  let there: ClientRegister;
  before(async () => {
    redis = await TestRedis.start();
  });
  after(() => redis.end());
  beforeEach(async () => {
    now = Date.now();
    connections = [0, 1].map(() => new RedisConnection(redisAddress(redis.url)));
    const [first, second] = connections;
    assert.ok(first && second);
    await first.command('FLUSHALL');
    here = redisClients(first, () => now);
    there = redisClients(second, () => now);
  });
  afterEach(() => Promise.all(connections.map((one) => one.close())));

  it('a token that was made at one is known at the other, with all it was given', async () => {
    const init = {
      name: ' Notes ',
      scopes: ['turns' as const, 'models' as const],
      workspaceId,
      expiresAt: now + 1000,
    };
    const { client, token } = await here.add({ ...init, limits: { requestsPerMinute: 5, usdPerDay: 0.5 } });
    assert.equal(client.name, 'Notes');
    assert.deepEqual(await there.find(token), client);
    // The time of its use is written behind its request.
    let [listed] = await here.list();
    while (listed?.lastUsedAt === undefined) [listed] = await here.list();
    assert.deepEqual(listed, { ...client, lastUsedAt: now });
    assert.equal(await there.find(`cw_${'A'.repeat(43)}`), undefined);
    assert.equal(await there.find('x'.repeat(5000)), undefined);
  });

  it('the newest is listed first', async () => {
    for (const name of ['first', 'second', 'third']) {
      now += 1;
      await here.add({ name, scopes: ['turns'] });
    }
    assert.deepEqual(
      (await there.list()).map(({ name }) => name),
      ['third', 'second', 'first'],
    );
  });

  it('what is no client is refused before anything is kept, and names the field', async () => {
    await assert.rejects(here.add({ name: '', scopes: ['turns'] }), {
      code: 'invalid_input',
      message: /^name/,
    });
    await assert.rejects(here.add({ name: 'x', scopes: [] }), { code: 'invalid_input', message: /^scopes/ });
    assert.deepEqual(await here.list(), []);
  });

  it('threat 27: revoked at one it works at none, and cannot be rotated back', async () => {
    const { client, token } = await here.add({ name: 'x', scopes: ['turns'] });
    const ended: string[] = [];
    there.onDidRevoke((id) => ended.push(id));
    assert.equal(await there.revoke(client.id), true);
    assert.deepEqual(ended, [client.id]);
    assert.equal(await here.find(token), undefined);
    assert.equal(await here.revoke(client.id), false);
    await assert.rejects(here.rotate(client.id), { code: 'not_found' });
    assert.equal((await here.list())[0]?.revokedAt, now);
    assert.equal(await here.revoke('00000000-0000-4000-8000-000000000000'), false);
  });

  it('a replaced token ends at once, and each replacement has a time of its own', async () => {
    const { client, token } = await here.add({ name: 'x', scopes: ['turns'] });
    const second = await there.rotate(client.id);
    const third = await here.rotate(client.id);
    assert.deepEqual(await Promise.all([token, second].map((one) => here.find(one))), [undefined, undefined]);
    assert.equal((await there.find(third))?.rotatedAt, now + 1);
  });

  it('threat 25: a machine whose date is ahead ends no token at the others, nor does one that is behind keep one', async () => {
    const { client, token } = await here.add({ name: 'x', scopes: ['turns'], expiresAt: now + 3_600_000 });
    const ended: string[] = [];
    here.onDidRevoke((id) => ended.push(id));
    now += 3_600_000;
    assert.equal(await here.find(token), undefined);
    now -= 3_600_000;
    assert.equal((await there.find(token))?.id, client.id);
    assert.equal((await here.find(token))?.revokedAt, undefined);
    assert.deepEqual(ended, []);
    now -= 86_400_000;
    const short = await here.add({ name: 'y', scopes: ['turns'], expiresAt: now + 3_600_000 });
    assert.equal(await there.find(short.token), undefined);
  });

  it('threat 25: a token that expired stays so when the clock is set back', async () => {
    // By the date of Redis it is over.
    now -= 86_400_000;
    const { token } = await here.add({ name: 'x', scopes: ['turns'], expiresAt: now + 1000 });
    now += 1000;
    assert.equal(await there.find(token), undefined);
    now -= 86_400_000;
    assert.equal(await here.find(token), undefined);
  });

  it('limits that are changed at one are told at the other with the next request', async () => {
    const { client, token } = await here.add({ name: 'x', scopes: ['turns'], limits: { parallel: 1 } });
    await there.limit(client.id, { parallel: 3 });
    await there.limit('all', { usdPerDay: 2 });
    const found = await here.find(token);
    assert.deepEqual([found?.limits, found?.overall], [{ parallel: 3 }, { usdPerDay: 2 }]);
    assert.deepEqual(await here.overallLimits(), { usdPerDay: 2 });
    await assert.rejects(here.limit('00000000-0000-4000-8000-000000000000', {}), { code: 'not_found' });
    await assert.rejects(here.limit(client.id, { parallel: 0 }), { code: 'invalid_input' });
  });

  it('threat 5, 19: no token lies in what Redis keeps, only its digest', async () => {
    const { client, token } = await here.add({ name: 'x', scopes: ['turns'] });
    const other = await here.rotate(client.id);
    await here.find(other);
    const kept = files(redis.folder)
      .map((file) => readFileSync(file, 'latin1'))
      .join('');
    assert.ok(kept.includes(client.id));
    for (const secret of [token, other]) assert.ok(!kept.includes(secret.slice(3, 20)));
  });

  it('threat 26: where Redis is gone nobody is let in, and is told so in bounded time', async () => {
    const { token } = await here.add({ name: 'x', scopes: ['turns'] });
    redis.pause();
    try {
      await assert.rejects(there.find(token), { code: 'store_unavailable' });
    } finally {
      redis.resume();
    }
    assert.equal((await there.find(token))?.name, 'x');
  }).timeout(20_000);
});

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}
