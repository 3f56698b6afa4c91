import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { redisAddress } from '../../src/store/redis/address.ts';
import { RedisConnection } from '../../src/store/redis/connection.ts';
import { openSharedUsers } from '../../src/store/redis/user/sharedUsers.ts';
import { openUserDatabase } from '../../src/store/user/openUserDatabase.ts';
import { workerUrl } from '../support/core.ts';
import { TestRedis } from '../support/redis.ts';
import { sessionsContract } from '../unit/store/contract/sessions.ts';
import { RedisBackend } from './backend.ts';

/** The line of the page, as it is copied from there. */
function documented(): string[] {
  const page = readFileSync(new URL('../../docs/redis.md', import.meta.url), 'utf8');
  const line = /^user causeway .*$/m.exec(page)?.[0];
  assert.ok(line, 'the page has no line for a user');
  return line.replace('PASSWORD', 'okapi').split(' ');
}

describe('With a user of Redis that may do what the page says:', function () {
  this.timeout(60_000);
  let redis: TestRedis;
  let admin: RedisConnection;
  let url: string;
  before(async () => {
    redis = await TestRedis.start({ config: [documented()] });
    admin = new RedisConnection(redisAddress(redis.url));
    url = redis.url.replace('//', '//causeway:okapi@');
  });
  after(async () => {
    await admin.close();
    await redis.end();
  });
  afterEach(async () => {
    // Some refusals are of no consequence to what is done, and nobody would hear of them.
    const log = z.array(z.array(z.unknown())).parse(await admin.command('ACL', 'LOG'));
    // Redis 7.2 and newer ask for a word of their own, as the page says.
    assert.deepEqual(
      log.filter((entry) => !entry.includes('client|setinfo')),
      [],
    );
  });

  sessionsContract(() => RedisBackend.on(redis, url));

  it('what belongs to all workspaces is kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-acl-'));
    const local = openUserDatabase({ file: join(folder, 'user.db'), workerUrl: workerUrl('user') });
    const users = openSharedUsers(local, redisAddress(`${url}/3`));
    try {
      const { clients, keyedTurns, limits } = users;
      const { client, token } = await clients.add({
        name: 'x',
        scopes: ['models'],
        limits: { requestsPerMinute: 9 },
      });
      assert.equal((await clients.find(token))?.id, client.id);
      await clients.limit('all', { usdPerDay: 1 });
      assert.deepEqual(await clients.overallLimits(), { usdPerDay: 1 });
      const request = { client: client.id, key: 'k', fingerprint: 'f' };
      await keyedTurns.claim(request, { sessionId: 's', turnId: 't' });
      assert.equal((await keyedTurns.find(client.id, 'k'))?.turnId, 't');
      await keyedTurns.release(client.id, 'k', 's');
      const amounts = { requests: 2, money: 10 };
      const asked = { clientId: client.id, used: {}, returned: {}, need: amounts, wish: amounts };
      assert.deepEqual((await limits.exchange(asked)).granted, amounts);
      const settled = {
        ...asked,
        used: { requests: 1 },
        returned: { requests: 1, money: 10 },
        need: {},
        wish: {},
      };
      await limits.exchange(settled);
      await clients.rotate(client.id);
      await clients.revoke(client.id);
      assert.equal((await clients.list()).length, 1);
    } finally {
      await users.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('every command that the source names is in it', () => {
    const folder = fileURLToPath(new URL('../../src/store/redis/', import.meta.url));
    const named = globSync('**/*.ts', { cwd: folder }).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/\b(?:call|command)\('([A-Z]+)'/g)].map(
        ([, name = '']) => `+${name.toLowerCase()}`,
      ),
    );
    assert.ok(named.length > 50);
    const words = documented();
    const granted = (name: string) => words.some((word) => word === name || word.startsWith(`${name}|`));
    assert.deepEqual(
      [...new Set(named)].filter((name) => !granted(name)),
      [],
    );
  });

  it('and nothing else is', async () => {
    const other = new RedisConnection(redisAddress(url));
    try {
      for (const command of [
        ['SET', 'another', '1'],
        ['KEYS', '*'],
        ['CONFIG', 'SET', 'appendonly', 'no'],
        ['FLUSHALL'],
      ])
        await assert.rejects(other.command(...command), { code: 'store_refused' }, command.join(' '));
    } finally {
      await other.close();
      await admin.command('ACL', 'LOG', 'RESET');
    }
  });
});
