/** What changed, as all instances are told of it through a stream, and as this one tells its listeners. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { LiveTurn, StoreChange } from '../../core/session/store.ts';
import type { Entry } from '../../protocol/entries.ts';
import type { QueuedTurn, SessionSummary } from '../../protocol/session.ts';
import type { RedisConnection } from './connection.ts';
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
  queue: z.literal(true).optional(),
  free: z.literal(true).optional(),
});
type ChangeRecord = z.infer<typeof record>;
export const recordOf = (told: Told, change: { id: string; by: string; sessionId: string }): string =>
  JSON.stringify({ ...told, ...change } satisfies ChangeRecord);

const batch = z.array(z.tuple([z.string(), z.array(z.tuple([z.string(), z.array(z.string())]))])).nullable();

/** What is read of a session to tell what became of it. */
export interface ChangeSource {
  range(sessionId: string, from: number, to: number): Promise<Entry[]>;
  summary(sessionId: string): Promise<SessionSummary | undefined>;
  queue(sessionId: string): Promise<QueuedTurn[]>;
  live(sessionId: string): Promise<LiveTurn | undefined>;
  sessions(): Promise<SessionSummary[]>;
}

export class Changes {
  readonly #redis: RedisConnection;
  readonly #keys: WorkspaceKeys;
  readonly #holder: string;
  readonly #source: ChangeSource;
  readonly #emit: (change: StoreChange) => void;
  readonly #ended = new AbortController();
  readonly #own = new Map<string, Entry[]>();
  readonly #waiting = new Map<number, () => void>();
  /** How much of each session has been told, for the day on which changes are gone before they were read. */
  readonly #toldOf = new Map<string, number>();
  #last = 0;
  #rewinds = 0;
  #reading: Promise<void> | undefined;

  constructor(
    redis: RedisConnection,
    keys: WorkspaceKeys,
    holder: string,
    source: ChangeSource,
    emit: (change: StoreChange) => void,
  ) {
    this.#redis = redis.forBlocking(waitMs);
    this.#keys = keys;
    this.#holder = holder;
    this.#source = source;
    this.#emit = emit;
  }

  /** How often Redis came back with less than it had acknowledged. */
  get rewinds(): number {
    return this.#rewinds;
  }

  /** Tells everything from now on. */
  async begin(): Promise<void> {
    for (const { id, entryCount } of await this.#source.sessions()) this.#toldOf.set(id, entryCount);
    this.#last = await this.#newest();
    this.#reading = this.#read();
  }

  /** Entries of a change this instance is about to make, which need not be read again. */
  expect(changeId: string, entries: Entry[]): void {
    this.#own.set(changeId, entries);
  }

  forget(changeId: string): void {
    this.#own.delete(changeId);
  }

  /** Resolves when the listeners have heard of a change; after a while in any case. */
  async reached(number: number): Promise<void> {
    if (number <= this.#last || this.#ended.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ownLimitMs);
      this.#waiting.set(number, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#waiting.delete(number);
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#redis.close();
    await this.#reading;
    for (const resolve of this.#waiting.values()) resolve();
  }

  async #newest(): Promise<number> {
    return Number(
      z
        .string()
        .nullable()
        .parse(await this.#redis.command('GET', this.#keys.lastChange)) ?? 0,
    );
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
    let records = await this.#after(['BLOCK', String(waitMs)]);
    const newest = records.length > 0 ? undefined : await this.#newest();
    if (newest === this.#last) return;
    // Something came just now, or what there was is gone.
    if (records.length === 0) records = await this.#after([]);
    if (records[0]?.number !== this.#last + 1) return this.#catchUp(await this.#newest());
    for (const [at, { number, change }] of records.entries()) {
      const isStale = (other: ChangeRecord) =>
        change.progress !== undefined && other.progress === change.progress;
      // Of several checkpoints of a turn the newest tells all.
      if (!records.slice(at + 1).some((later) => isStale(later.change))) await this.#tell(change);
      this.#reach(number);
    }
  }

  async #after(how: readonly string[]): Promise<{ number: number; change: ChangeRecord }[]> {
    const { changes } = this.#keys;
    const args = ['COUNT', String(batchSize), ...how, 'STREAMS', changes, `${this.#last}-0`];
    const reply = batch.parse(await this.#redis.command('XREAD', ...args)) ?? [];
    return reply
      .flatMap(([, entries]) => entries)
      .map(([id, [, text = '']]) => ({
        number: Number(id.split('-')[0]),
        change: record.parse(JSON.parse(text)),
      }));
  }

  #reach(number: number): void {
    this.#last = number;
    this.#waiting.get(number)?.();
  }

  async #tell(change: ChangeRecord): Promise<void> {
    const { sessionId, appended } = change;
    const own = change.by === this.#holder;
    const expected = this.#own.get(change.id);
    if (appended) await this.#tellAppended(sessionId, appended, own, expected);
    this.#own.delete(change.id);
    if (change.session) {
      const session = await this.#source.summary(sessionId);
      if (session) this.#emit({ type: 'session', own, session });
    }
    if (change.purged) {
      this.#toldOf.delete(sessionId);
      this.#emit({ type: 'purged', own, sessionId });
    }
    if (change.live !== undefined) this.#emit({ type: 'turn_live', own, sessionId, turnId: change.live });
    if (change.progress !== undefined && !own)
      this.#tellProgress(sessionId, await this.#source.live(sessionId));
    if (change.queue) await this.#tellQueue(sessionId);
    if (change.free) this.#emit({ type: 'free', own: false, sessionId });
  }

  async #tellAppended(
    sessionId: string,
    [from, to]: readonly [number, number],
    own: boolean,
    expected: Entry[] | undefined,
  ): Promise<void> {
    this.#toldOf.set(sessionId, to);
    if (to - from >= mostTold) {
      this.#emit({ type: 'imported', own, sessionId });
      return;
    }
    for (const entry of expected ?? (await this.#source.range(sessionId, from, to)))
      this.#emit({ type: 'appended', own, sessionId, entries: [entry] });
  }

  /** Of a turn that another instance runs. */
  #tellProgress(sessionId: string, live: LiveTurn | undefined): void {
    if (!live || live.own) return;
    const { turnId, content } = live;
    this.#emit({ type: 'progress', own: false, sessionId, turnId, content });
  }

  async #tellQueue(sessionId: string): Promise<void> {
    this.#emit({ type: 'queue', own: false, sessionId, queue: await this.#source.queue(sessionId) });
  }

  /** Tells what the sessions themselves say, where changes were dropped before they were read here. */
  async #catchUp(newest: number): Promise<void> {
    const sessions = await this.#source.sessions();
    for (const session of sessions) {
      const told = this.#toldOf.get(session.id) ?? 0;
      if (session.entryCount > told)
        await this.#tellAppended(session.id, [told + 1, session.entryCount], false, undefined);
      this.#toldOf.set(session.id, session.entryCount);
      this.#emit({ type: 'session', own: false, session });
      const live = await this.#source.live(session.id);
      this.#tellProgress(session.id, live);
      await this.#tellQueue(session.id);
      if (!live) this.#emit({ type: 'free', own: false, sessionId: session.id });
    }
    const here = new Set(sessions.map(({ id }) => id));
    for (const sessionId of this.#toldOf.keys()) {
      if (here.has(sessionId)) continue;
      this.#toldOf.delete(sessionId);
      this.#emit({ type: 'purged', own: false, sessionId });
    }
    if (newest < this.#last) this.#rewinds += 1;
    this.#last = newest;
    for (const [number, resolve] of this.#waiting) if (number <= newest) resolve();
  }
}
