/** The log of calls of all instances, as a stream whose ids are the numbers of the calls. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { CallLog, KeptCall } from '../../../core/relay.ts';
import { keptCall, rowOf, written } from '../../user/callRows.ts';
import type { RedisConnection } from '../connection.ts';
import { sharedKeys } from '../keys.ts';
import { onceScript } from '../script.ts';
import { TimeSums, UsageSums } from './callSums.ts';

const stream = sharedKeys.of('calls');
const lastNumber = sharedKeys.of('call-number');

/** About 30 MB of Redis's memory, where a database of one machine has room on its disk for five times as many. */
const mostKept = 100_000;
/** A quarter of a year and a little, so that months can be compared; in ms. */
const keptMs = 100 * 24 * 60 * 60_000;
/** Calls that are too old are looked for among so many, with each addition. */
const lookAt = 100;
/** Calls that are read at a time. */
const pageSize = 1000;
/** A call is written when it is over, so that an older one may stand behind a newer one; none lasts so long. In ms. */
const longestCallMs = 24 * 60 * 60_000;

/** KEYS: stream, last number, done. ARGV: before when a call is too old, then of each call its time and itself. */
const add = onceScript(`
for at = 2, #ARGV, 2 do
  local number = redis.call('INCR', KEYS[2])
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', '${mostKept}', number .. '-0', 'at', ARGV[at], 'call', ARGV[at + 1])
end
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', '${lookAt}')) do
  if tonumber(entry[2][2]) >= tonumber(ARGV[1]) then break end
  redis.call('XDEL', KEYS[1], entry[1])
end
return '1'`);

const entries = z.array(
  z.tuple([z.string(), z.tuple([z.literal('at'), z.string(), z.literal('call'), z.string()])]),
);
const columns = z.array(z.union([z.string(), z.number(), z.null()]));

const read = (reply: unknown): KeptCall[] =>
  entries.parse(reply).map(([id, [, , , call]]) => {
    const values = columns.parse(JSON.parse(call));
    const row = Object.fromEntries(written.map((name, at) => [name, values[at] ?? null]));
    return keptCall({ ...row, id: Number.parseInt(id, 10), has_bodies: 0 });
  });

/** What was said in calls is not kept there. */
export function redisCalls(redis: RedisConnection, now: () => number = Date.now): CallLog {
  /** Those of a time, the newest first. */
  async function* within({ from, to, upTo }: { from: number; to: number; upTo?: number }) {
    let end = upTo === undefined ? '+' : `${upTo}-0`;
    for (;;) {
      const page = read(await redis.command('XREVRANGE', stream, end, '-', 'COUNT', String(pageSize)));
      for (const call of page) if (call.at >= from && call.at < to) yield call;
      const last = page.at(-1);
      if (page.length < pageSize || !last || last.at < from - longestCallMs) return;
      end = `(${last.id}-0`;
    }
  }

  return {
    async add(calls) {
      if (calls.length === 0) return;
      await redis.run(
        add,
        [stream, lastNumber, sharedKeys.done(randomUUID())],
        [String(now() - keptMs), ...calls.flatMap((call) => [String(call.at), JSON.stringify(rowOf(call))])],
      );
    },
    async usage(query) {
      const sums = new UsageSums(query.by);
      for await (const call of within(query)) sums.add(call);
      return sums.rows();
    },
    async overTime(query) {
      const sums = new TimeSums(query);
      for await (const call of within(query)) sums.add(call);
      return sums.rows();
    },
    async calls({ after, limit }) {
      const count = ['COUNT', String(limit)] as const;
      return after === undefined
        ? read(await redis.command('XREVRANGE', stream, '+', '-', ...count)).reverse()
        : read(await redis.command('XRANGE', stream, `(${after}-0`, '+', ...count));
    },
    bodies: async () => undefined,
    forgetBodies: async () => undefined,
  };
}
