/** The sessions of one workspace in Redis: reading one in one moment, and changing it if it is still so. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { invalidInput, notFound, storeUnavailable } from '../../core/errors.ts';
import type { EntryDraft } from '../../protocol/entries.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import { type Changes, recordOf } from './changes.ts';
import type { RedisConnection } from './connection.ts';
import type { WorkspaceKeys } from './keys.ts';
import type { Plan } from './plan.ts';
import { makeChange, readState } from './scripts.ts';
import { readRow, readSessionState, type SessionState, summaryOf } from './state.ts';

/** What a change wants to know of the session besides the session itself. */
export interface Wanted {
  /** Whether these entries are there, and these turns over. */
  entryIds?: readonly string[];
  turnIds?: readonly string[];
}

interface Decision<T> {
  value: T;
  /** Nothing is to be done without one. */
  plan?: Plan;
}

/** A change that others always get in before is given up after so many tries; each is one that got in. */
const mostTries = 200;

/** More than any workspace has; stands for "all". */
const unlimited = 1_000_000_000;

const ids = z.array(z.string());

export class RedisSessions {
  readonly redis: RedisConnection;
  readonly keys: WorkspaceKeys;
  /** Names this instance in what it does; a new one each time it starts. */
  readonly holder: string;
  readonly workspaceId: string;
  readonly #underWay = new Map<string, Promise<void>>();
  #changes: Changes | undefined;

  constructor(redis: RedisConnection, keys: WorkspaceKeys, workspaceId: string) {
    this.redis = redis;
    this.keys = keys;
    this.workspaceId = workspaceId;
    this.holder = randomUUID();
  }

  /** Tells its own changes there, from now on. */
  tellTo(changes: Changes): void {
    this.#changes = changes;
  }

  async has(sessionId: string): Promise<boolean> {
    return (await this.redis.command('EXISTS', this.keys.session(sessionId))) === 1;
  }

  /** Throws `not_found`. */
  async mustHave(sessionId: string): Promise<void> {
    if (!(await this.has(sessionId))) throw notFound('session', sessionId);
  }

  async summary(sessionId: string): Promise<SessionSummary | undefined> {
    const row = readRow(await this.redis.command('HGETALL', this.keys.session(sessionId)));
    return row && summaryOf(row, this.workspaceId);
  }

  /** The last used first. */
  async list(key: string, limit = unlimited, before?: number): Promise<SessionSummary[]> {
    const below = before === undefined ? '+inf' : `(${before}`;
    const range = [key, below, '-inf', 'LIMIT', '0', String(limit)];
    const found = ids.parse(await this.redis.command('ZREVRANGEBYSCORE', ...range));
    const summaries = await Promise.all(found.map((id) => this.summary(id)));
    return summaries.flatMap((summary) => summary ?? []);
  }

  /** Throws `not_found`. */
  async state(sessionId: string, wanted: Wanted = {}): Promise<SessionState> {
    const { entryIds = [], turnIds = [] } = wanted;
    const { session, queue, links, ends, turnPrefix } = this.keys;
    const reply = await this.redis.run(
      readState,
      [session(sessionId), queue(sessionId), links(sessionId), ends(sessionId)],
      [turnPrefix, String(entryIds.length), ...entryIds, ...turnIds],
    );
    const state = readSessionState(reply, entryIds, turnIds);
    if (!state) throw notFound('session', sessionId);
    return state;
  }

  /**
   * Changes a session by what `decide` finds, which is asked again when another change came before. Nothing is done where
   * it decides for nothing. Throws what it throws, `not_found` and `store_unavailable`.
   */
  change<T>(sessionId: string, wanted: Wanted, decide: (state: SessionState) => Decision<T>): Promise<T> {
    return this.#inTurn(sessionId, async () => {
      for (let tries = 0; tries < mostTries; tries++) {
        const decided = decide(await this.state(sessionId, wanted));
        if (!decided.plan || (await this.#commit(decided.plan))) return decided.value;
        // Instances that change the same session at once are drawn apart.
        await pause(Math.random() * Math.min(tries, 20));
      }
      throw storeUnavailable(new Error('Other instances change this session all the time.'));
    });
  }

  /** Makes a session that is not there yet. Throws `invalid_input` where it is. */
  async begin(plan: Plan): Promise<void> {
    if (!(await this.#commit(plan))) throw invalidInput('id', 'one that is taken', 'a new id');
  }

  /** Does what a plan says; false where its conditions do not hold any more. */
  async #commit(plan: Plan): Promise<boolean> {
    const changeId = randomUUID();
    const { sessionId, told, guards } = plan;
    const commands = plan.whole();
    if (!told.purged) told.session = true;
    const own = this.#changes?.expect(changeId, plan.entries);
    const args = [
      recordOf(told, { id: changeId, by: this.holder, sessionId }),
      String(guards.length),
      ...guards.flatMap(({ command, reply }) => [String(command.length), ...command, reply]),
      String(commands.length),
      ...commands.flatMap((command) => [String(command.length), ...command]),
    ];
    const { leases, lastChange, changes, done } = this.keys;
    try {
      const number = await this.redis.run(makeChange, [leases, lastChange, changes, done(changeId)], args);
      if (number === null) return false;
      await own?.heard();
      return true;
    } finally {
      own?.over();
    }
  }

  /** Changes of one session from here go one after the other, as they were asked for. */
  #inTurn<T>(sessionId: string, run: () => Promise<T>): Promise<T> {
    const before = this.#underWay.get(sessionId) ?? Promise.resolve();
    const result = before.then(run, run);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.#underWay.set(sessionId, settled);
    void settled.then(() => {
      if (this.#underWay.get(sessionId) === settled) this.#underWay.delete(sessionId);
    });
    return result;
  }
}

/** What is to be known of a session before these entries are appended. */
export function wantedFor(drafts: readonly EntryDraft[]): Required<Pick<Wanted, 'entryIds' | 'turnIds'>> {
  const entryIds = drafts.flatMap(({ id, parentId }) => [id, ...(parentId ? [parentId] : [])]);
  const turnIds = drafts.flatMap((draft) => ('turnId' in draft ? [draft.turnId] : []));
  return { entryIds: [...new Set(entryIds)], turnIds: [...new Set(turnIds)] };
}
