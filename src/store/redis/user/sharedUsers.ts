/** What all instances share of the user's own: programs, limits, keys and the log of calls. */
import { randomUUID } from 'node:crypto';
import { askingClosed } from '../../../core/errors.ts';
import type { AskingRegister } from '../../../core/register.ts';
import type { UserDatabase } from '../../user/openUserDatabase.ts';
import type { RedisAddress } from '../address.ts';
import { RedisConnection } from '../connection.ts';
import { redisCalls } from './calls.ts';
import { redisClients } from './clients.ts';
import { redisDirectives, redisSessionKey, redisTokenFactors } from './kept.ts';
import { redisKeyedTurns } from './keyedTurns.ts';
import { redisLedger } from './limits.ts';

/** No window of an editor looks into a store that many instances share, so that nobody would be shown who asks. */
const closed: AskingRegister = {
  ask: () => Promise.reject(askingClosed()),
  list: async () => [],
  approve: () => Promise.reject(askingClosed()),
  refuse: () => Promise.reject(askingClosed()),
  poll: async () => undefined,
};

/**
 * The user's database with all of it in Redis but the register of workspaces, which is about folders of this machine and
 * stays in `here`. Connects with the first call; `close` closes both. Where Redis does not answer, its methods reject
 * with `store_unavailable`: no program is let in and nothing is granted, and what the user's own command line asks is
 * held to no limit anyway.
 */
export function openSharedUsers(here: UserDatabase, address: RedisAddress): UserDatabase {
  const redis = new RedisConnection(address);
  const instance = randomUUID();
  const clients = redisClients(redis);
  const limits = redisLedger(redis, instance);
  return {
    workspaces: here.workspaces,
    status: () => here.status(),
    hasSessions: (workspaceId) => here.hasSessions(workspaceId),
    clients,
    asking: closed,
    limits,
    keyedTurns: redisKeyedTurns(redis, instance),
    directives: redisDirectives(redis),
    tokenFactors: redisTokenFactors(redis),
    sessionKey: redisSessionKey(redis),
    calls: redisCalls(redis),
    async close() {
      limits.dispose();
      clients.dispose();
      await Promise.all([redis.close(), here.close()]);
    },
  };
}
