/** Limits over all instances: each exchange is one script in Redis. Where Redis does not answer, nothing is granted. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { LedgerAnswer, LedgerEntry, LimitLedger } from '../../../core/limits/ledger.ts';
import { limitKinds } from '../../../core/limits/limits.ts';
import type { RedisConnection } from '../connection.ts';
import { sharedKeys } from '../keys.ts';
import { clientKey, overallKey } from './clients.ts';
import { clockKey, uptimeMs } from './clock.ts';
import { exchangeLimits, goneAfterMs } from './limitScript.ts';

const used = (client: string): string => sharedKeys.of('used', client);
const held = (client: string): string => sharedKeys.of('held', client);
const heldBy = (instance: string): string => sharedKeys.of('held-by', instance);
/** No client has this id, which is none. */
const everyone = 'all';
const instances = sharedKeys.of('instances');

const kind = z.enum(limitKinds);
const scope = z.enum(['client', 'all']);
const amounts = z.partialRecord(kind, z.number());
const answer = z.object({
  granted: amounts,
  refused: z
    .object({ scope, kind, bound: z.number(), need: z.number(), endsInMs: z.number().optional() })
    .optional(),
  // Lua has one kind of table, and writes an empty one as an object.
  left: z.union([
    z.array(
      z.object({
        scope,
        kind,
        bound: z.number(),
        left: z.number(),
        moreInMs: z.number().optional(),
      }),
    ),
    z.strictObject({}).transform(() => []),
  ]),
  holds: z.boolean(),
});

export interface RedisLedger extends LimitLedger {
  dispose(): void;
}

/**
 * `instance` names this process among all; what it holds is ended when it is not heard of for half a minute. `uptime` is
 * ms since its machine started.
 */
export function redisLedger(
  redis: RedisConnection,
  instance: string,
  uptime: () => number = uptimeMs,
): RedisLedger {
  let timer: NodeJS.Timeout | undefined;
  let disposed = false;

  const exchange = async (entry: LedgerEntry): Promise<LedgerAnswer> => {
    const { clientId } = entry;
    const asked = limitKinds.flatMap((one) =>
      [entry.used, entry.returned, entry.need, entry.wish].map((part) => String(part[one] ?? 0)),
    );
    const reply = await redis.run(
      exchangeLimits,
      [
        clientKey(clientId),
        overallKey,
        used(clientId),
        used(everyone),
        held(clientId),
        held(everyone),
        instances,
        heldBy(instance),
        clockKey,
        sharedKeys.done(randomUUID()),
      ],
      [clientId, instance, String(uptime()), used(''), held(''), heldBy(''), ...asked],
    );
    const { granted, refused, left, holds } = answer.parse(JSON.parse(z.string().parse(reply)));
    beat(holds, clientId);
    return {
      granted: defined(granted),
      left: left.map(({ moreInMs, ...one }) => (moreInMs === undefined ? one : { ...one, moreInMs })),
      ...(refused === undefined ? {} : { refused: refusalOf(refused) }),
    };
  };

  /** While something is held, others are told in time that this instance is there; exchanges tell it too. */
  const beat = (holds: boolean, clientId: string): void => {
    clearTimeout(timer);
    if (!holds || disposed) return;
    timer = setTimeout(() => {
      // Should Redis be away, the next beat comes with the next exchange, or this instance is taken for gone.
      exchange({ clientId, used: {}, returned: {}, need: {}, wish: {} }).catch(() => beat(true, clientId));
    }, goneAfterMs / 3);
    timer.unref();
  };

  return {
    exchange,
    dispose() {
      disposed = true;
      clearTimeout(timer);
    },
  };
}

function defined(granted: z.infer<typeof amounts>): LedgerAnswer['granted'] {
  return Object.fromEntries(Object.entries(granted).filter(([, amount]) => amount !== undefined));
}

function refusalOf({
  endsInMs,
  ...refused
}: NonNullable<z.infer<typeof answer>['refused']>): NonNullable<LedgerAnswer['refused']> {
  return endsInMs === undefined ? refused : { ...refused, endsInMs };
}
