/**
 * Inputs and checkpoints of the turns that run or wait. Each may have 32 MB, and all instances hear of each change; so of
 * the turns only what is asked for is read.
 */
import { z } from 'zod';
import { notFound } from '../../core/errors.ts';
import { assistantBlock } from '../../protocol/content.ts';
import type { QueuedTurn } from '../../protocol/session.ts';
import { queueOf } from '../queuedTurns.ts';
import type { RedisConnection } from './connection.ts';
import type { WorkspaceKeys } from './keys.ts';
import { readLive, readQueue } from './scripts.ts';
import type { Kept } from './state.ts';

type Content = z.infer<typeof assistantBlock>[];

const live = z.array(z.string()).nullable();
const waiting = z.array(z.tuple([z.string(), z.enum(['live', 'queued']), z.string(), z.string()])).nullable();
const whole = z.tuple([z.string().nullable(), z.string().nullable()]);

export class RedisInputs {
  readonly #redis: RedisConnection;
  readonly #keys: WorkspaceKeys;

  constructor(redis: RedisConnection, keys: WorkspaceKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  /** Of one turn. Undefined when it is over. */
  async of(turnId: string): Promise<(Kept & { content: Content }) | undefined> {
    const reply = await this.#redis.command('HMGET', this.#keys.turn(turnId), 'kept', 'progress');
    const [kept, progress] = whole.parse(reply);
    if (kept === null) return undefined;
    const { user, by }: Kept = JSON.parse(kept);
    return { user, by, content: contentOf(progress ?? '') };
  }

  /** The turn that runs, with what has arrived. Throws `not_found`. */
  async live(sessionId: string): Promise<{ turnId: string; holder: string; content: Content } | undefined> {
    const found = live.parse(await this.#read(readLive, sessionId));
    if (found === null) throw notFound('session', sessionId);
    const [turnId, holder = '', progress = ''] = found;
    return turnId === undefined ? undefined : { turnId, holder, content: contentOf(progress) };
  }

  /** The turns that wait, or those that waited at some moment, as far as they are not over. Throws `not_found`. */
  async queue(sessionId: string, waited?: readonly string[]): Promise<QueuedTurn[]> {
    const found = waiting.parse(await this.#read(readQueue, sessionId));
    if (found === null) throw notFound('session', sessionId);
    const asked = waited
      ? waited.flatMap((id) => found.filter(([turnId]) => turnId === id))
      : found.filter(([, state]) => state === 'queued');
    return asked.flatMap(([turnId, , shown, kept], at) => {
      const turn = shown === '' ? shownFromKept(sessionId, turnId, kept) : shownOf(shown);
      return turn ? [{ ...turn, position: at + 1 }] : [];
    });
  }

  #read(script: typeof readLive, sessionId: string): Promise<unknown> {
    const { session, queue, turnPrefix } = this.#keys;
    return this.#redis.run(script, [session(sessionId), queue(sessionId)], [turnPrefix]);
  }
}

/** What is shown of a turn that waits, as it stands beside its input. */
export function shownText(sessionId: string, user: Kept['user']): string {
  const [shown] = queueOf([{ turnId: user.turnId, sessionId, state: 'queued', user }]);
  return JSON.stringify(shown);
}

function shownOf(text: string): QueuedTurn {
  const shown: QueuedTurn = JSON.parse(text);
  return shown;
}

/** Of one that an older version has queued. */
function shownFromKept(sessionId: string, turnId: string, kept: string): QueuedTurn | undefined {
  const { user }: Kept = JSON.parse(kept);
  return queueOf([{ turnId, sessionId, state: 'queued', user }])[0];
}

const contentOf = (progress: string): Content =>
  progress === '' ? [] : z.array(assistantBlock).parse(JSON.parse(progress));
