/** Limits over all instances: each exchange is one script in Redis. Where Redis does not answer, nothing is granted. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CausewayError } from '../../../core/errors.ts';
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

/** What a script is sent with; with the same `done` key it is made once, however often it is sent. */
interface Exchange {
  keys: readonly string[];
  args: readonly string[];
}

const nothing = { used: {}, returned: {}, need: {}, wish: {} };

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

  /** By client, in the order they were sent: exchanges that may or may not have been made. */
  const unsettled = new Map<string, Exchange[]>();

  const exchangeOf = (entry: LedgerEntry): Exchange => {
    const { clientId } = entry;
    const asked = limitKinds.flatMap((one) =>
      [entry.used, entry.returned, entry.need, entry.wish].map((part) => String(part[one] ?? 0)),
    );
    return {
      keys: [
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
      args: [clientId, instance, String(uptime()), used(''), held(''), heldBy(''), ...asked],
    };
  };

  const send = async ({ keys, args }: Exchange) =>
    answer.parse(JSON.parse(z.string().parse(await redis.run(exchangeLimits, keys, args))));

  /**
   * Sends again, as they were, the client's exchanges of unknown outcome, each of which is made once in all. Nobody waits
   * any more for what they are granted: it is given back, which may itself be lost and sent again.
   */
  const settle = async (clientId: string): Promise<void> => {
    const due = unsettled.get(clientId) ?? [];
    unsettled.delete(clientId);
    for (let one = due[0]; one; one = due[0]) {
      try {
        const { granted } = await send(one);
        due.shift();
        const returned = defined(granted);
        if (Object.keys(returned).length > 0) due.push(exchangeOf({ ...nothing, clientId, returned }));
      } catch (error) {
        // What Redis or this program cannot read stays so; it is not to be in the way of what comes after.
        if (!(error instanceof CausewayError)) due.shift();
        if (due.length > 0) unsettled.set(clientId, [...due, ...(unsettled.get(clientId) ?? [])]);
        throw error;
      }
    }
  };

  const exchange = async (entry: LedgerEntry): Promise<LedgerAnswer> => {
    const { clientId } = entry;
    await settle(clientId);
    const one = exchangeOf(entry);
    try {
      const { granted, refused, left, holds } = await send(one);
      beat(holds, clientId);
      return {
        granted: defined(granted),
        left: left.map(({ moreInMs, ...rest }) => (moreInMs === undefined ? rest : { ...rest, moreInMs })),
        ...(refused === undefined ? {} : { refused: refusalOf(refused) }),
      };
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      unsettled.set(clientId, [...(unsettled.get(clientId) ?? []), one]);
      beat(true, clientId);
      return { granted: {}, left: [], unsettled: error };
    }
  };

  /**
   * While something is held, others are told in time that this instance is there; exchanges tell it too. What is
   * unsettled is settled with it, so that no client waits for its own next call, nor others for what nobody uses.
   */
  const beat = (holds: boolean, clientId: string): void => {
    clearTimeout(timer);
    if (!holds || disposed) return;
    timer = setTimeout(() => {
      // Should Redis be away, the next beat comes with the next exchange, or this instance is taken for gone.
      Promise.all([...unsettled.keys()].map(settle))
        .then(() => send(exchangeOf({ ...nothing, clientId })))
        .then(({ holds: still }) => beat(still, clientId))
        .catch(() => beat(true, clientId));
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
