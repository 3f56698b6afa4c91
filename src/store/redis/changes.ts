/** What changed, as all instances are told of it through a stream, and as this one tells its listeners. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Log } from '../../core/ports.ts';
import type { LiveTurn, StoreChange } from '../../core/session/store.ts';
import type { Entry } from '../../protocol/entries.ts';
import type { QueuedTurn, SessionSummary } from '../../protocol/session.ts';
import type { RedisConnection } from './connection.ts';
import { isAway } from './isAway.ts';
import type { WorkspaceKeys } from './keys.ts';
import type { Told } from './plan.ts';

/** How long a read waits in Redis for something new, in ms: a connection that was cut without a word is noticed then. */
const waitMs = 2_000;
/** Changes taken with one read. */
const batchSize = 200;
/** A session that begins with more entries than this was imported; they are read when needed. */
const mostTold = 500;
/** A writer waits so long, in ms, to be told of his own change; should the reader be cut off, it is told later. */
const ownLimitMs = 1_000;

const record = z.object({
  id: z.string(),
  by: z.string(),
  sessionId: z.string(),
  appended: z.tuple([z.number(), z.number()]).optional(),
  session: z.literal(true).optional(),
  purged: z.literal(true).optional(),
  live: z.string().optional(),
  progress: z.string().optional(),
  queue: z.array(z.string()).optional(),
  free: z.literal(true).optional(),
});
type ChangeRecord = z.infer<typeof record>;
export const recordOf = (told: Told, change: { id: string; by: string; sessionId: string }): string =>
  JSON.stringify({ ...told, ...change } satisfies ChangeRecord);

const rowsOf = z.array(z.tuple([z.string(), z.array(z.string())]));
const batch = z.array(z.tuple([z.string(), rowsOf])).nullable();

/** Up to where was told. A number is given anew by a Redis that took over without what the one before acknowledged. */
interface Place {
  number: number;
  changeId?: string | undefined;
}

interface NumberedRecord {
  number: number;
  /** None where it is of a version that writes others. */
  change: ChangeRecord | undefined;
}

function recordAt([id, [, text = '']]: z.infer<typeof rowsOf>[number]): NumberedRecord {
  const number = Number(id.split('-')[0]);
  try {
    return { number, change: record.parse(JSON.parse(text)) };
  } catch {
    return { number, change: undefined };
  }
}

/** What is read of a session to tell what became of it. */
export interface ChangeSource {
  range(sessionId: string, from: number, to: number): Promise<Entry[]>;
  summary(sessionId: string): Promise<SessionSummary | undefined>;
  /** Of the turns that waited at some moment, as far as they are not over; by default of now. */
  queue(sessionId: string, waited?: readonly string[]): Promise<QueuedTurn[]>;
  live(sessionId: string): Promise<LiveTurn | undefined>;
  sessions(): Promise<SessionSummary[]>;
}

export interface OwnChange {
  /** Resolves when the listeners have heard of it; after a while in any case. */
  heard(): Promise<void>;
  /** It was made, and its maker goes on; or it was not. */
  over(): void;
}

export class Changes {
  readonly #redis: RedisConnection;
  readonly #keys: WorkspaceKeys;
  readonly #holder: string;
  readonly #source: ChangeSource;
  readonly #emit: (change: StoreChange) => void;
  readonly #log: Log;
  readonly #ended = new AbortController();
  readonly #own = new Map<string, { entries: Entry[]; hear: () => void; over: Promise<void> }>();
  /** How much of each session has been told, for the day on which changes are gone before they were read. */
  readonly #toldOf = new Map<string, number>();
  #last: Place = { number: 0 };
  #rewinds = 0;
  #reading: Promise<void> | undefined;

  constructor(
    redis: RedisConnection,
    keys: WorkspaceKeys,
    holder: string,
    source: ChangeSource,
    emit: (change: StoreChange) => void,
    log: Log,
  ) {
    this.#redis = redis.forBlocking(waitMs);
    this.#keys = keys;
    this.#holder = holder;
    this.#source = source;
    this.#emit = emit;
    this.#log = log;
  }

  /** How often Redis came back with less than it had acknowledged. */
  get rewinds(): number {
    return this.#rewinds;
  }

  /** Tells everything from now on; what is made while the sessions are read is in both, and told once. */
  async begin(): Promise<void> {
    const newest = await this.#newest();
    for (const { id, entryCount } of await this.#source.sessions()) this.#toldOf.set(id, entryCount);
    this.#last = newest;
    this.#reading = this.#read();
  }

  /** A change this instance is about to make. */
  expect(changeId: string, entries: Entry[]): OwnChange {
    const heard = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    this.#own.set(changeId, { entries, hear: heard.resolve, over: over.promise });
    return {
      heard: () => within(heard.promise),
      over: () => {
        this.#own.delete(changeId);
        over.resolve();
      },
    };
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#redis.close();
    await this.#reading;
    for (const { hear } of this.#own.values()) hear();
  }

  /** The last change there is. Its id is not known where the stream was cut down to nothing. */
  async #newest(): Promise<Place> {
    const { changes, lastChange } = this.#keys;
    const reply = await this.#redis.command('XREVRANGE', changes, '+', '-', 'COUNT', '1');
    const [last] = rowsOf.parse(reply).map(recordAt);
    if (last) return { number: last.number, changeId: last.change?.id };
    const count = z.string().nullable();
    return { number: Number(count.parse(await this.#redis.command('GET', lastChange)) ?? 0) };
  }

  async #read(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      try {
        await this.#next();
      } catch {
        // Calls say that Redis is gone; what is missed meanwhile is told when it is back.
        await pause(200, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      }
    }
  }

  async #next(): Promise<void> {
    const { number, changeId } = this.#last;
    await this.#after(number, ['COUNT', '1', 'BLOCK', String(waitMs)]);
    // With the last one that was told, by which one knows whether these follow it or another that took its number.
    const records = await this.#after(number - 1, ['COUNT', String(batchSize + 1)]);
    const known = records[0]?.number === number ? records.shift() : undefined;
    const isOther = known !== undefined && known.change?.id !== changeId;
    if (!isOther && records.length === 0) {
      const newest = await this.#newest();
      // Something may have come just now; it is read next, unless what there was is gone.
      if (newest.number === number || known !== undefined) return;
      return this.#catchUp(newest, newest.number < number);
    }
    if (isOther || records[0]?.number !== number + 1)
      return this.#catchUp(await this.#newest(), isOther && changeId !== undefined);
    for (const [at, { number: to, change }] of records.entries()) {
      const isStale = (other: ChangeRecord | undefined) =>
        change?.progress !== undefined && other?.progress === change.progress;
      // Of several checkpoints of a turn the newest tells all.
      if (change && !records.slice(at + 1).some((later) => isStale(later.change))) await this.#tell(change);
      if (!change) this.#log.warn('A change that another version of Causeway made could not be read.');
      this.#last = { number: to, changeId: change?.id };
      if (change) await this.#handedBack(change.id);
    }
  }

  async #after(number: number, how: readonly string[]): Promise<NumberedRecord[]> {
    const args = [...how, 'STREAMS', this.#keys.changes, `${Math.max(0, number)}-0`];
    const reply = batch.parse(await this.#redis.command('XREAD', ...args)) ?? [];
    return reply.flatMap(([, rows]) => rows).map(recordAt);
  }

  /**
   * Whoever made the change has it back before the next one is told, as from a store that is one thread: what he does
   * with it must not come after what followed.
   */
  async #handedBack(changeId: string): Promise<void> {
    const own = this.#own.get(changeId);
    if (!own) return;
    own.hear();
    await own.over;
    await new Promise(setImmediate);
  }

  /** Reads all that is to be told before any of it is, so that a reader that is cut off tells nothing twice. */
  async #tell(change: ChangeRecord): Promise<void> {
    const { sessionId, appended, live, progress, queue } = change;
    const own = change.by === this.#holder;
    const told: StoreChange[] = [];
    if (appended) {
      const expected = this.#own.get(change.id)?.entries;
      told.push(...(await this.#readable(() => this.#appended(sessionId, appended, own, expected))));
    }
    const session =
      change.session && (await this.#readable(async () => [await this.#source.summary(sessionId)]))[0];
    if (session) told.push({ type: 'session', own, session });
    if (change.purged) told.push({ type: 'purged', own, sessionId });
    if (live !== undefined) told.push({ type: 'turn_live', own, sessionId, turnId: live });
    if (progress !== undefined && !own)
      told.push(
        ...(await this.#readable(async () => progressOf(sessionId, await this.#source.live(sessionId)))),
      );
    if (queue) told.push(...(await this.#readable(() => this.#queue(sessionId, queue))));
    if (change.free) told.push({ type: 'free', own: false, sessionId });
    if (appended) this.#toldOf.set(sessionId, Math.max(this.#toldOf.get(sessionId) ?? 0, appended[1]));
    if (change.purged) this.#toldOf.delete(sessionId);
    for (const each of told) this.#emit(each);
  }

  /**
   * Nothing in place of what this version cannot read, as an entry of a newer one: what else there is to tell must not
   * wait for it.
   */
  async #readable<T>(read: () => Promise<T[]>): Promise<T[]> {
    try {
      return await read();
    } catch (error) {
      if (isAway(error)) throw error;
      this.#log.error('A change to a session could not be read, and is not shown until it is opened.', error);
      return [];
    }
  }

  /** Those of some entries that were not told yet. */
  async #appended(
    sessionId: string,
    [first, to]: readonly [number, number],
    own: boolean,
    expected?: Entry[],
  ): Promise<StoreChange[]> {
    const from = Math.max(first, (this.#toldOf.get(sessionId) ?? 0) + 1);
    if (from > to) return [];
    if (to - from >= mostTold) return [{ type: 'imported', own, sessionId }];
    const entries = expected?.slice(from - first) ?? (await this.#source.range(sessionId, from, to));
    return entries.map((entry) => ({ type: 'appended', own, sessionId, entries: [entry] }));
  }

  /** As it was then: a turn that has begun since is told of next, and is not to look taken back. By default as it is. */
  async #queue(sessionId: string, waited?: readonly string[]): Promise<StoreChange[]> {
    const queue = await this.#source.queue(sessionId, waited);
    return [{ type: 'queue', own: false, sessionId, queue }];
  }

  /** Tells what the sessions themselves say, where changes were dropped before they were read here. */
  async #catchUp(newest: Place, isRewound: boolean): Promise<void> {
    const sessions = await this.#source.sessions();
    for (const session of sessions) {
      const { id: sessionId, entryCount } = session;
      const [live] = await this.#readable(async () => [await this.#source.live(sessionId)]);
      const told: StoreChange[] = [
        ...(await this.#readable(() => this.#appended(sessionId, [1, entryCount], false))),
        { type: 'session', own: false, session },
        ...(live ? [{ type: 'turn_live' as const, own: live.own, sessionId, turnId: live.turnId }] : []),
        ...progressOf(sessionId, live),
        ...(await this.#readable(() => this.#queue(sessionId))),
        ...(live ? [] : [{ type: 'free' as const, own: false, sessionId }]),
      ];
      this.#toldOf.set(sessionId, entryCount);
      for (const each of told) this.#emit(each);
    }
    const here = new Set(sessions.map(({ id }) => id));
    for (const sessionId of this.#toldOf.keys()) {
      if (here.has(sessionId)) continue;
      this.#toldOf.delete(sessionId);
      this.#emit({ type: 'purged', own: false, sessionId });
    }
    if (isRewound) this.#rewinds += 1;
    this.#last = newest;
    for (const { hear } of this.#own.values()) hear();
  }
}

/** Of a turn that another instance runs. */
function progressOf(sessionId: string, live: LiveTurn | undefined): StoreChange[] {
  if (!live || live.own) return [];
  const { turnId, content } = live;
  return [{ type: 'progress', own: false, sessionId, turnId, content }];
}

async function within(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ownLimitMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
