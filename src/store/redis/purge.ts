import { entry } from '../../protocol/entries.ts';
import { Plan } from './plan.ts';
import type { RedisSessions } from './sessions.ts';

const kinds = entry.options.map((one) => one.shape.kind.value);

/**
 * Deletes all keys of a session in one change, and has Redis write its file anew, in which they stand until then. What
 * was said is in no other key: the stream of changes and the outcomes that are kept for a while hold ids and numbers.
 */
export async function purgeSession(sessions: RedisSessions, sessionId: string): Promise<void> {
  const { keys, redis } = sessions;
  await sessions.change(sessionId, {}, (state) => {
    const plan = Plan.changing(keys, state);
    const turns = state.turns.map(({ turnId }) => turnId);
    const gone = [
      ...[keys.session, keys.log, keys.links, keys.ends, keys.queue, keys.draft].map((key) => key(sessionId)),
      ...kinds.map((kind) => keys.kind(sessionId, kind)),
      ...turns.map(keys.turn),
    ];
    plan.commands.push(
      ['DEL', ...gone],
      ['ZREM', keys.sessions, sessionId],
      ['ZREM', keys.trash, sessionId],
      ...turns.map((turnId) => ['ZREM', keys.leases, turnId]),
    );
    plan.told.purged = true;
    return { value: undefined, plan };
  });
  // One that is under way already is followed by no second one, and some hosted ones do not let it be asked for.
  await redis.command('BGREWRITEAOF').catch(() => undefined);
}
