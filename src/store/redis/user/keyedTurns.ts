/** Which turns requests with a key became, so that one that is sent again to another instance is the same turn. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { KeyedTurn, KeyedTurns } from '../../../core/register.ts';
import type { RedisConnection } from '../connection.ts';
import { sharedKeys } from '../keys.ts';
import { onceScript, script } from '../script.ts';
import { clockFunctions, clockKey, keptForS, uptimeMs } from './clock.ts';

/** A program that comes back after a day asks anew; most APIs with such keys keep them as long. In ms. */
const keptMs = 24 * 60 * 60_000;
/** Of one client, as in a database of one machine; the oldest go first. */
const mostOfClient = 10_000;

const turns = (client: string): string => sharedKeys.of('keyed', client);
const order = (client: string): string => sharedKeys.of('keyed-order', client);

/** KEYS: turns, order, clock. ARGV: key, instance, uptime. */
const find = script(`
${clockFunctions}
local now = readClock(KEYS[3], ARGV[2], ARGV[3])
local at = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not at or tonumber(at) <= now - ${keptMs} then return false end
return redis.call('HGET', KEYS[1], ARGV[1])`);

/** KEYS: turns, order, clock. ARGV: key, instance, uptime, the turn. Gives the turn that stands for the key. */
const claim = onceScript(`
${clockFunctions}
local now, wall = readClock(KEYS[3], ARGV[2], ARGV[3])
redis.call('HSET', KEYS[3], 'tick', whole(now), 'wall', whole(wall))
local function forget(keys)
  for _, key in ipairs(keys) do
    redis.call('HDEL', KEYS[1], key)
    redis.call('ZREM', KEYS[2], key)
  end
end
forget(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', whole(now - ${keptMs})))
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known then return known end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
redis.call('ZADD', KEYS[2], whole(now), ARGV[1])
local over = redis.call('ZCARD', KEYS[2]) - ${mostOfClient}
if over > 0 then forget(redis.call('ZRANGE', KEYS[2], 0, over - 1)) end
redis.call('EXPIRE', KEYS[1], ${keptForS})
redis.call('EXPIRE', KEYS[2], ${keptForS})
return ARGV[4]`);

/** KEYS: turns, order. ARGV: key, session. */
const release = script(`
local known = redis.call('HGET', KEYS[1], ARGV[1])
if not known or cjson.decode(known).sessionId ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
return redis.call('ZREM', KEYS[2], ARGV[1])`);

const kept = z.object({ fingerprint: z.string(), sessionId: z.string(), turnId: z.string() });
const read = (reply: unknown): KeyedTurn => kept.parse(JSON.parse(z.string().parse(reply)));

export function redisKeyedTurns(redis: RedisConnection, instance: string): KeyedTurns {
  return {
    async find(client, key) {
      const reply = await redis.run(
        find,
        [turns(client), order(client), clockKey],
        [key, instance, String(uptimeMs())],
      );
      return reply === null ? undefined : read(reply);
    },
    async claim({ client, key, fingerprint }, { sessionId, turnId }) {
      const turn: KeyedTurn = { fingerprint, sessionId, turnId };
      return read(
        await redis.run(
          claim,
          [turns(client), order(client), clockKey, sharedKeys.done(randomUUID())],
          [key, instance, String(uptimeMs()), JSON.stringify(turn)],
        ),
      );
    },
    async release(client, key, sessionId) {
      await redis.run(release, [turns(client), order(client)], [key, sessionId]);
    },
  };
}
