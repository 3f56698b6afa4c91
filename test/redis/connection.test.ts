import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { redisAddress } from '../../src/store/redis/address.ts';
import { RedisConnection } from '../../src/store/redis/connection.ts';
import { sharedKeys } from '../../src/store/redis/keys.ts';
import { onceScript } from '../../src/store/redis/script.ts';
import { TestRedis } from '../support/redis.ts';

/** More than a command is given, and far less than for ever. */
const boundMs = 12_000;
const password = 'quagga-7-okapi';

const counting = onceScript(`return tostring(redis.call('INCR', KEYS[1]))`);
const counter = sharedKeys.of('counter');

describe('A connection to Redis', () => {
  let redis: TestRedis;
  let connection: RedisConnection;
  beforeEach(async () => {
    redis = await TestRedis.start({ password });
    connection = new RedisConnection(redisAddress(redis.url));
  });
  afterEach(async () => {
    await connection.close();
    await redis.end();
  });

  const count = (change: string) => connection.run(counting, [counter, sharedKeys.done(change)]);

  it('makes a change once, however often it is sent', async () => {
    assert.deepEqual([await count('a'), await count('a'), await count('b')], ['1', '1', '2']);
  });

  it('goes on where it was when Redis is killed and started again, which has forgotten the scripts', async () => {
    assert.equal(await count('a'), '1');
    await redis.kill();
    const waiting = count('b');
    await redis.startAgain();
    assert.deepEqual([await waiting, await count('c')], ['2', '3']);
    assert.equal(connection.losses > 0, true);
  });

  it('gives up in bounded time while Redis is gone, and works when it is back', async () => {
    await count('a');
    await redis.kill();
    const startedAt = performance.now();
    await assert.rejects(count('b'), { code: 'store_unavailable' });
    assert.ok(performance.now() - startedAt < boundMs);
    await redis.startAgain();
    assert.equal(await count('c'), '2');
  });

  it('gives up in bounded time while Redis hangs, and makes no change twice after (threat 26)', async () => {
    await count('a');
    redis.pause();
    const startedAt = performance.now();
    await assert.rejects(count('b'), { code: 'store_unavailable' });
    assert.ok(performance.now() - startedAt < boundMs);
    redis.resume();
    // It was in the buffers of two connections by then.
    assert.equal(await count('b'), '2');
    assert.equal(await count('c'), '3');
  });

  it('says that it is not let in, and never the password', async () => {
    const wrong = new RedisConnection(redisAddress(redis.url.replace(password, 'wrong-okapi')));
    const error = await wrong.command('PING').catch((reason: unknown) => reason);
    await wrong.close();
    assert.match(inspect(error), /store_refused/);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /okapi/);
    await redis.kill();
    const gone = await connection.command('PING').catch((reason: unknown) => reason);
    assert.match(inspect(gone), /store_unavailable/);
    assert.doesNotMatch(inspect(gone, { depth: 9 }), /okapi/);
  });
});

describe('The address of a Redis', () => {
  const check = (url: string, shown: string) => assert.equal(redisAddress(url).shown, shown);

  it('is shown without how it is entered', () => {
    check('redis://localhost', 'localhost:6379');
    check('rediss://me:se%40cret@redis.example:7000/2', 'redis.example:7000/2');
    check('redis://:secret@[::1]:1/', '[::1]:1');
    assert.equal(redisAddress('redis://me:se%40cret@h').password, 'se@cret');
  });

  it('is refused without being quoted', () => {
    for (const url of [
      'redis://:okapi@host/x',
      'http://okapi@host',
      'redis:okapi',
      'okapi',
      'redis://:okapi@:1',
    ]) {
      assert.throws(
        () => redisAddress(url),
        (thrown: Error) => !inspect(thrown).includes('okapi'),
      );
    }
  });
});
