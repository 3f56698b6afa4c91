/** The clients of the bridge in Redis, so that a token works, and ends, at every instance. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Emitter } from '../../../base/emitter.ts';
import { notFound } from '../../../core/errors.ts';
import type { ClientLimits } from '../../../core/limits/limits.ts';
import { type Client, type ClientRegister, isActive } from '../../../core/register.ts';
import { checkClientInit, checkLimits } from '../../user/clientInit.ts';
import { clientOfRow, limitsText } from '../../user/rows.ts';
import { digestOf, newToken, sameDigest } from '../../user/tokens.ts';
import type { RedisConnection } from '../connection.ts';
import { sharedKeys } from '../keys.ts';
import { onceScript, script } from '../script.ts';

const keyOf = (id: string): string => sharedKeys.of('client', id);
/** Ids, sorted by when they were made. */
const order = sharedKeys.of('clients');
/** Ids by the digests of their tokens; those that ended are not in it. */
const tokens = sharedKeys.of('tokens');
export const overallKey = sharedKeys.of('overall-limits');

/** KEYS: client, order, tokens. ARGV: id, when it is made, digest, then names and values of fields. */
const add = onceScript(`
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('ZADD', KEYS[2], ARGV[2], ARGV[1])
redis.call('HSET', KEYS[3], ARGV[3], ARGV[1])
return '1'`);

/** KEYS: order. ARGV: prefix of clients. */
const list = script(`
local found = {}
for _, id in ipairs(redis.call('ZREVRANGE', KEYS[1], 0, -1)) do found[#found + 1] = redis.call('HGETALL', ARGV[1] .. id) end
return found`);

/** Lua: the server's date, in ms. */
const dateFunction = `
local function serverDate()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end`;

/** KEYS: tokens, overall limits. ARGV: digest, prefix of clients. */
const find = script(`
${dateFunction}
local id = redis.call('HGET', KEYS[1], ARGV[1])
if not id then return {} end
return { redis.call('HGETALL', ARGV[2] .. id), redis.call('GET', KEYS[2]) or '{}', string.format('%.0f', serverDate()) }`);

/** KEYS: client, tokens. ARGV: id, now, digest of the new token. Nothing for a client that is not active. */
const rotate = onceScript(`
local old = redis.call('HMGET', KEYS[1], 'token_hash', 'revoked_at', 'expires_at', 'rotated_at')
local now = tonumber(ARGV[2])
if not old[1] or old[2] or (old[3] and now >= tonumber(old[3])) then return '' end
redis.call('HDEL', KEYS[2], old[1])
redis.call('HSET', KEYS[2], ARGV[3], ARGV[1])
-- Each rotation has a time of its own: by it open streams of the old token are told from those of the new one.
local at = string.format('%.0f', math.max(now, tonumber(old[4] or '0') + 1))
redis.call('HSET', KEYS[1], 'token_hash', ARGV[3], 'rotated_at', at)
return at`);

/** KEYS: client, tokens. ARGV: now. */
const revoke = onceScript(`
local old = redis.call('HMGET', KEYS[1], 'token_hash', 'revoked_at')
if not old[1] or old[2] then return '' end
redis.call('HDEL', KEYS[2], old[1])
redis.call('HSET', KEYS[1], 'revoked_at', ARGV[1])
return '1'`);

/** KEYS: client, tokens. Ends for good what is over by the server's date, which is the same for all instances. */
const expire = onceScript(`
${dateFunction}
local old = redis.call('HMGET', KEYS[1], 'token_hash', 'revoked_at', 'expires_at')
if not old[1] or old[2] or not old[3] or serverDate() < tonumber(old[3]) then return '' end
redis.call('HDEL', KEYS[2], old[1])
redis.call('HSET', KEYS[1], 'revoked_at', string.format('%.0f', serverDate()))
return '1'`);

/** KEYS: client. ARGV: a field and its value. Nothing where there is no such client. */
const setField = onceScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return '' end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return '1'`);

const flat = z.array(z.string());
const foundReply = z.union([z.tuple([flat, z.string(), z.coerce.number()]), z.tuple([])]);
const text = z.string();

/** What tokens look like; nothing else is looked up. */
const tokenShape = /^cw_[A-Za-z0-9_-]{43}$/;
/** A request is not to cost a write; the time of last use is right to a minute, in ms. */
const lastUsedStepMs = 60_000;

const numbers = new Set(['created_at', 'last_used_at', 'revoked_at', 'expires_at', 'rotated_at']);

function readClient(words: readonly string[]): { client: Client; tokenHash: string } {
  const row: Record<string, string | number | null> = {
    workspace_id: null,
    last_used_at: null,
    revoked_at: null,
  };
  words.forEach((name, at) => {
    const value = words[at + 1];
    if (at % 2 === 0 && value !== undefined) row[name] = numbers.has(name) ? Number(value) : value;
  });
  return clientOfRow(row);
}

const fieldsOf = ({ id, name, scopes, createdAt, workspaceId, expiresAt, limits }: Client, digest: string) =>
  Object.entries({
    id,
    name,
    scopes: JSON.stringify(scopes),
    token_hash: digest,
    created_at: String(createdAt),
    limits: JSON.stringify(limits ?? {}),
    ...(workspaceId === undefined ? {} : { workspace_id: workspaceId }),
    ...(expiresAt === undefined ? {} : { expires_at: String(expiresAt) }),
  }).flat();

/**
 * Clients of all instances. `now` is ms since the epoch. Rejects, beside what the register's methods throw, with
 * `store_unavailable` and `store_refused`: then nobody is let in.
 */
export function redisClients(
  redis: RedisConnection,
  now: () => number = Date.now,
): ClientRegister & { dispose(): void } {
  const revoked = new Emitter<string>();
  const limited = new Emitter<void>();
  const done = () => sharedKeys.done(randomUUID());

  const all = async () => {
    const reply = await redis.run(list, [order], [keyOf('')]);
    return z.array(flat).parse(reply).map(readClient);
  };
  const end = async (id: string): Promise<boolean> => {
    const changed = text.parse(await redis.run(revoke, [keyOf(id), tokens, done()], [String(now())]));
    revoked.fire(id);
    return changed !== '';
  };

  return {
    async add(raw) {
      const init = checkClientInit(raw);
      const token = newToken();
      const client: Client = { id: randomUUID(), createdAt: now(), ...init };
      const digest = digestOf(token);
      await redis.run(
        add,
        [keyOf(client.id), order, tokens, done()],
        [client.id, String(client.createdAt), digest, ...fieldsOf(client, digest)],
      );
      return { client, token };
    },
    async find(token) {
      if (!tokenShape.test(token)) return undefined;
      const digest = digestOf(token);
      const [words, overall, date] = foundReply.parse(
        await redis.run(find, [tokens, overallKey], [digest, keyOf('')]),
      );
      if (words === undefined || date === undefined) return undefined;
      const { client, tokenHash } = readClient(words);
      if (!sameDigest(digest, tokenHash)) return undefined;
      const at = now();
      if (!isActive(client, date)) {
        // For good: a clock that is set back does not let it in again.
        if (client.revokedAt === undefined) {
          await redis.run(expire, [keyOf(client.id), tokens, done()]);
          revoked.fire(client.id);
        }
        return undefined;
      }
      // This machine's date alone may be wrong, and ends nothing at the others.
      if (!isActive(client, at)) return undefined;
      if (client.lastUsedAt === undefined || Math.abs(at - client.lastUsedAt) >= lastUsedStepMs) {
        // When it was last used is no reason to refuse it, nor to let it wait.
        redis.run(setField, [keyOf(client.id), done()], ['last_used_at', String(at)]).catch(() => undefined);
      }
      const limits = limitsText.parse(overall);
      return Object.keys(limits).length === 0 ? client : { ...client, overall: limits };
    },
    list: async () => (await all()).map(({ client }) => client),
    revoke: end,
    async rotate(clientId) {
      const token = newToken();
      const changed = text.parse(
        await redis.run(
          rotate,
          [keyOf(clientId), tokens, done()],
          [clientId, String(now()), digestOf(token)],
        ),
      );
      if (changed === '') throw notFound('active client', clientId);
      revoked.fire(clientId);
      return token;
    },
    async limit(clientId, raw) {
      const limits: ClientLimits = checkLimits(raw);
      const written = JSON.stringify(limits);
      if (clientId === 'all') await redis.command('SET', overallKey, written);
      else if (text.parse(await redis.run(setField, [keyOf(clientId), done()], ['limits', written])) === '')
        throw notFound('client', clientId);
      limited.fire();
    },
    async overallLimits() {
      return limitsText.parse((await redis.command('GET', overallKey)) ?? '{}');
    },
    onDidRevoke: revoked.event,
    onDidLimit: limited.event,
    dispose() {
      revoked.dispose();
      limited.dispose();
    },
  };
}

/** Key of a client, whose limits the ledger reads. */
export const clientKey = keyOf;
