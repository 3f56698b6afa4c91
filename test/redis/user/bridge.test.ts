import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisAddress } from '../../../src/store/redis/address.ts';
import { openSharedUsers } from '../../../src/store/redis/user/sharedUsers.ts';
import { openUserDatabase, type UserDatabase } from '../../../src/store/user/openUserDatabase.ts';
import { bearer, startTestBridge, type TestBridge } from '../../conformance/bridge/support.ts';
import { answer } from '../../support/anthropic/script.ts';
import { workerUrl } from '../../support/core.ts';
import { TestRedis } from '../../support/redis.ts';

describe('A bridge whose programs are in Redis', function () {
  this.timeout(60_000);
  let redis: TestRedis;
  let folder: string;
  let users: UserDatabase;
  let test: TestBridge;
  before(async () => {
    redis = await TestRedis.start();
    folder = mkdtempSync(join(tmpdir(), 'causeway-redis-bridge-'));
    const here = openUserDatabase({ file: join(folder, 'user.db'), workerUrl: workerUrl('user') });
    users = openSharedUsers(here, redisAddress(redis.url));
    test = await startTestBridge({ users });
  });
  after(async () => {
    await test.close();
    await users.close();
    await redis.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = async (token: string) => {
    const sent = await fetch(`${test.url}/v1/messages`, {
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({
        model: 'claude-opus-5-5',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Why?' }],
      }),
    });
    return { status: sent.status, body: await sent.text() };
  };

  it('threat 26: while Redis hangs, programs are refused and the user’s own command line goes on', async () => {
    test.core.fake.enqueue(answer('Because.'), answer('Still because.'), answer('Again.'));
    const limited = await test.addClient({ limits: { usdPerDay: 1 } });
    assert.equal((await send(limited.token)).status, 200);
    redis.pause();
    try {
      // What it was told of a program it takes for true for a twentieth of a second.
      const known = async () =>
        (await fetch(`${test.url}/v1/sessions`, { headers: bearer(limited.token) })).status === 200;
      while (await known());
      const refused = await send(limited.token);
      assert.equal(refused.status, 503);
      assert.match(refused.body, /Redis at 127\.0\.0\.1:\d+ does not answer in time/);
      const owner = await send(test.ownerToken());
      assert.equal(owner.status, 200);
      assert.match(owner.body, /Still because/);
    } finally {
      redis.resume();
    }
    assert.equal((await send(limited.token)).status, 200);
  });

  it('threat 27: a stream ends within moments of its token’s end, wherever that was decided', async () => {
    const { id, token } = await test.addClient();
    const session = await test.core.engine.createSession({ door: 'panel' });
    const stream = await fetch(`${test.url}/v1/sessions/${session.id}/events`, { headers: bearer(token) });
    assert.equal(stream.status, 200);
    const here = openUserDatabase({ file: join(folder, 'other.db'), workerUrl: workerUrl('user') });
    const elsewhere = openSharedUsers(here, redisAddress(redis.url));
    try {
      await elsewhere.clients.revoke(id);
      assert.match(await stream.text(), /stream\.ended/);
    } finally {
      await elsewhere.close();
    }
  });
});
