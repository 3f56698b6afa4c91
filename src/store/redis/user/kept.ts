/** Small things that all instances share: directives of every workspace, what was learned of tokens, the sessions' key. */
import { z } from 'zod';
import type { TokenFactorRecord, UserDirectives } from '../../../core/ports.ts';
import type { SessionKeyRegister } from '../../../core/register.ts';
import type { RedisConnection } from '../connection.ts';
import { sharedKeys } from '../keys.ts';
import { script } from '../script.ts';

const directiveKey = sharedKeys.of('directives');
const factorKey = sharedKeys.of('token-factors');
const agreedKey = sharedKeys.of('session-key');

const flat = z.array(z.string());
const directive = z.object({ directiveId: z.uuid(), text: z.string().min(1), at: z.number().int() });
const factor = z.coerce.number().positive();

export const redisDirectives = (redis: RedisConnection): UserDirectives => ({
  async list() {
    const found = flat.parse(await redis.command('HVALS', directiveKey));
    return found
      .map((written) => directive.parse(JSON.parse(written)))
      .sort((a, b) => a.at - b.at || (a.directiveId < b.directiveId ? -1 : 1));
  },
  async put(one) {
    await redis.command('HSET', directiveKey, one.directiveId, JSON.stringify(one));
  },
  async remove(directiveId) {
    await redis.command('HDEL', directiveKey, directiveId);
  },
});

/** What cannot be read of it is left out: it is derived from responses. */
export const redisTokenFactors = (redis: RedisConnection): TokenFactorRecord => ({
  async load() {
    const words = flat.parse(await redis.command('HGETALL', factorKey));
    return new Map(
      words.flatMap((model, at): [string, number][] => {
        const read = factor.safeParse(words[at + 1]);
        return at % 2 === 0 && read.success ? [[model, read.data]] : [];
      }),
    );
  },
  async save(model, value) {
    await redis.command('HSET', factorKey, model, String(value));
  },
});

/** An agreement that nobody kept within this time was made by an instance that is gone; in ms. */
const agreedForMs = 60_000;

const keep = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PERSIST', KEYS[1])`);
const release = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`);
const kept = script(`
if redis.call('PTTL', KEYS[1]) ~= -1 then return false end
return redis.call('GET', KEYS[1])`);
const agree = script(`
redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ${agreedForMs})
return redis.call('GET', KEYS[1])`);

export const redisSessionKey = (redis: RedisConnection): SessionKeyRegister => ({
  kept: async () =>
    z
      .string()
      .nullable()
      .parse(await redis.run(kept, [agreedKey])) ?? undefined,
  agree: async (fingerprint) => z.string().parse(await redis.run(agree, [agreedKey], [fingerprint])),
  async keep(fingerprint) {
    await redis.run(keep, [agreedKey], [fingerprint]);
  },
  async release(fingerprint) {
    await redis.run(release, [agreedKey], [fingerprint]);
  },
});
