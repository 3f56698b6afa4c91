/** Whether what Redis acknowledges is on its disk by then. */
import { z } from 'zod';
import { type CausewayError, redisNotDurable } from '../../core/errors.ts';
import type { RedisConnection } from './connection.ts';

/** What must be so. With `always` a reply comes after its fsync; any other policy drops or loses what was kept. */
const wanted = { appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' };

const pairs = z.array(z.string());

/** What the user must be told, if anything. Where Redis does not say, that is told. */
export async function durabilityNotice(redis: RedisConnection): Promise<CausewayError | undefined> {
  const wrong: string[] = [];
  for (const [name, value] of Object.entries(wanted)) {
    let reply: unknown;
    try {
      reply = await redis.command('CONFIG', 'GET', name);
    } catch {
      // Hosted ones forbid it, or do not know the command.
      return redisNotDurable(redis.shown, 'it does not say how it keeps it');
    }
    const [, is] = pairs.parse(reply);
    if (is !== value) wrong.push(`${name} is ${is ?? 'not known to it'}`);
  }
  return wrong.length === 0 ? undefined : redisNotDurable(redis.shown, wrong.join(', '));
}
