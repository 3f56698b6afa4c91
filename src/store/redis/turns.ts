/** Turns in Redis: taking, keeping and ending their leases, and closing those whose instance is gone. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  interrupted,
  invalidInput,
  leaseLost,
  notFound,
  queueFull,
  toErrorInfo,
  turnTaken,
} from '../../core/errors.ts';
import type { Answerer, LiveTurn, SubmitResult, TurnState } from '../../core/session/store.ts';
import type { AssistantBlock } from '../../protocol/content.ts';
import type {
  AssistantEntry,
  AssistantEntryDraft,
  Entry,
  EntryDraft,
  UserEntry,
  UserEntryDraft,
} from '../../protocol/entries.ts';
import type { QueuedTurn } from '../../protocol/session.ts';
import { queueOf } from '../queuedTurns.ts';
import { recordOf } from './changes.ts';
import type { RedisInputs } from './inputs.ts';
import type { LogReader } from './logReader.ts';
import { Plan } from './plan.ts';
import { beat, keepProgress, readExpired } from './scripts.ts';
import { type RedisSessions, type Wanted, wantedFor } from './sessions.ts';
import type { SessionState, TurnRow } from './state.ts';

/** Inputs that may wait in a session: more than anyone types ahead, and each may hold 32 MB. */
const longestQueue = 20;

/** A turn whose lease is over, and until when it was held by the server's clock. */
export interface Expired {
  turnId: string;
  sessionId: string;
  heldTill: string;
}
/** Leases looked at with one command. */
const expiredPage = 100;
const expiredReply = z.array(z.tuple([z.string(), z.string(), z.string().nullable()]));

export class RedisTurns {
  readonly #sessions: RedisSessions;
  readonly #log: LogReader;
  readonly #inputs: RedisInputs;
  /** Turns of this instance whose leases it keeps. One whose taking was not acknowledged is not among them. */
  readonly #held = new Set<string>();
  /** Of these, the ones that were handed out to be run. */
  readonly #begun = new Set<string>();

  constructor(sessions: RedisSessions, log: LogReader, inputs: RedisInputs) {
    this.#sessions = sessions;
    this.#log = log;
    this.#inputs = inputs;
  }

  async submit(sessionId: string, user: UserEntryDraft, by: Answerer): Promise<SubmitResult> {
    const { turnId } = user;
    const { holder } = this.#sessions;
    const elsewhere = await this.#sessionOf(turnId);
    if (elsewhere !== undefined && elsewhere !== sessionId)
      throw invalidInput('turnId', 'one that is taken', 'a new id');
    const result = await this.#change(sessionId, [user], (state, plan): SubmitResult => {
      if (state.endOf(turnId) !== undefined || state.turns.some((turn) => turn.turnId === turnId))
        throw turnTaken();
      const place = Math.max(0, ...state.turns.map((turn) => turn.place)) + 1;
      if (state.turns.length === 0) {
        const entry = begun(plan, user);
        plan.addTurn('live', { user, by }, { holder, place, last: entry.id });
        return { state: 'live', entry };
      }
      const waiting = state.turns.filter(({ state: how }) => how === 'queued').length;
      if (waiting >= longestQueue) throw queueFull(longestQueue);
      plan.addTurn('queued', { user, by }, { holder, place, last: '' });
      const [queued] = queueOf([{ turnId, sessionId, state: 'queued', user }]);
      if (!queued) throw new Error('A turn just queued is not in the queue.');
      return { state: 'queued', queued: { ...queued, position: waiting + 1 } };
    });
    this.#held.add(turnId);
    if (result.state === 'live') this.#begun.add(turnId);
    return result;
  }

  /**
   * The first waiting turn becomes live when it is this instance's. One that became so without a reply that said it, is
   * given now: nobody runs it, and its lease is kept.
   */
  async promote(sessionId: string): Promise<UserEntry | undefined> {
    const peeked = await this.#sessions.state(sessionId);
    const unheard = peeked.turns.find(
      ({ state, turnId }) => state === 'live' && this.#held.has(turnId) && !this.#begun.has(turnId),
    );
    if (unheard) return this.#begunAlready(sessionId, unheard);
    const first = peeked.turns.find((turn) => turn.state === 'queued');
    if (
      !first ||
      first.holder !== this.#sessions.holder ||
      peeked.turns.some(({ state }) => state === 'live')
    )
      return undefined;
    const input = await this.#inputs.of(first.turnId);
    if (!input) return undefined;
    const entry = await this.#change(sessionId, [input.user], ({ turns }, plan) => {
      const next = turns.find((turn) => turn.state === 'queued');
      if (next?.turnId !== first.turnId || turns.some((turn) => turn.state === 'live')) return undefined;
      const begins = begun(plan, input.user);
      plan.makeLive(first.turnId, begins.id);
      return begins;
    });
    return entry && this.#runs(entry);
  }

  /** Nothing came after its input, as nobody runs it. */
  async #begunAlready(sessionId: string, { last }: TurnRow): Promise<UserEntry | undefined> {
    const entry = (await this.#log.at(sessionId, await this.#log.places(sessionId, [last])))[0];
    return entry?.kind === 'user' ? this.#runs(entry) : undefined;
  }

  /** Only one of those who ask for a turn's beginning at once is given it. */
  #runs(entry: UserEntry): UserEntry | undefined {
    if (this.#begun.has(entry.turnId)) return undefined;
    this.#begun.add(entry.turnId);
    return entry;
  }

  async withdraw(turnId: string): Promise<boolean> {
    const sessionId = await this.#sessionOf(turnId);
    if (sessionId === undefined) return false;
    const isTaken = await this.#change(sessionId, [], ({ turns }, plan) => {
      if (turns.find((turn) => turn.turnId === turnId)?.state !== 'queued') return false;
      plan.removeTurn(turnId, 'queued');
      return true;
    }).catch(falseWhenPurged);
    if (isTaken) this.#letGo(turnId);
    return isTaken;
  }

  /** The turns that wait, or those that waited at some moment, as far as they are not over. */
  queue(sessionId: string, waited?: readonly string[]): Promise<QueuedTurn[]> {
    return this.#inputs.queue(sessionId, waited);
  }

  /** The lease and the end are read in one moment. */
  async state(sessionId: string, turnId: string): Promise<TurnState | undefined> {
    const state = await this.#sessions.state(sessionId, { turnIds: [turnId] });
    const turn = state.turns.find((one) => one.turnId === turnId);
    if (turn) return { state: turn.state };
    const place = state.endOf(turnId);
    const [entry] = place === undefined ? [] : await this.#log.at(sessionId, [place]);
    return entry?.kind === 'assistant' ? { state: 'ended', entry } : undefined;
  }

  async live(sessionId: string): Promise<LiveTurn | undefined> {
    const turn = await this.#inputs.live(sessionId);
    if (!turn) return undefined;
    const { turnId, content, holder } = turn;
    return { turnId, sessionId, own: holder === this.#sessions.holder, content };
  }

  async checkpoint(turnId: string, content: readonly AssistantBlock[]): Promise<boolean> {
    const sessionId = await this.#sessionOf(turnId);
    if (sessionId === undefined) return false;
    const { keys, redis, holder } = this.#sessions;
    const told = recordOf({ progress: turnId }, { id: randomUUID(), by: holder, sessionId });
    const kept = await redis.run(
      keepProgress,
      [keys.turn(turnId), keys.leases, keys.lastChange, keys.changes],
      [holder, JSON.stringify(content), turnId, told],
    );
    if (kept !== 1) this.#letGo(turnId);
    return kept === 1;
  }

  async append(turnId: string, drafts: readonly EntryDraft[]): Promise<Entry[]> {
    const sessionId = await this.#heldIn(turnId);
    return this.#change(sessionId, drafts, (state, plan) => {
      this.#mustHold(state, turnId);
      const entries = plan.append(drafts);
      const last = entries.at(-1);
      // What had arrived is an entry now; after a crash it would be told a second time.
      if (last)
        plan.moveTurn(
          turnId,
          last.id,
          entries.some(({ kind }) => kind === 'assistant'),
        );
      return entries;
    }).catch(lostWhenPurged);
  }

  async finish(turnId: string, draft: AssistantEntryDraft): Promise<AssistantEntry> {
    const sessionId = await this.#heldIn(turnId);
    const ended = await this.#change(sessionId, [draft], (state, plan) => {
      this.#mustHold(state, turnId);
      const [entry] = plan.append([draft]);
      if (entry?.kind !== 'assistant' || entry.outcome === undefined)
        throw new Error('A turn ends with an outcome.');
      plan.removeTurn(turnId, 'live');
      return entry;
    }).catch(lostWhenPurged);
    this.#letGo(turnId);
    return ended;
  }

  /** Shows the other instances that this one lives. */
  async beat(): Promise<void> {
    if (this.#held.size === 0) return;
    const { keys, redis, holder } = this.#sessions;
    await redis.run(beat, [keys.leases], [keys.turnPrefix, holder, ...this.#held]);
  }

  /** Turns whose leases are over, but for those that this instance keeps. */
  async expired(): Promise<Expired[]> {
    const { keys, redis } = this.#sessions;
    const found: Expired[] = [];
    for (let from = 0; ; from += expiredPage) {
      const args = [keys.turnPrefix, String(from), String(expiredPage)];
      const page = expiredReply.parse(await redis.run(readExpired, [keys.leases], args));
      for (const [turnId, heldTill, sessionId] of page)
        if (sessionId !== null && !this.#held.has(turnId)) found.push({ turnId, heldTill, sessionId });
      // Those that cannot be ended stay first, and must not hide the others.
      if (page.length < expiredPage) return found;
    }
  }

  /**
   * Ends a turn whose holder is gone, unless it has shown a sign of life; its input and what had arrived are kept.
   * One that waits goes on waiting while another turn is live in its session: its entries would part that one's.
   */
  async close({ turnId, sessionId, heldTill }: Expired): Promise<void> {
    const { keys } = this.#sessions;
    const peeked = await this.#sessions.state(sessionId);
    const turn = peeked.turns.find((one) => one.turnId === turnId);
    const input = turn && (await this.#inputs.of(turnId));
    if (!turn || !input) return;
    const { entryIds, turnIds } = wantedFor([input.user]);
    // Others may have written behind what it had come to, which is no head then and still its end's parent.
    const wanted = { turnIds, entryIds: turn.last === '' ? entryIds : [...entryIds, turn.last] };
    await this.#changeBy(sessionId, wanted, ({ turns }, plan) => {
      const now = turns.find((one) => one.turnId === turnId);
      if (now?.holder !== turn.holder || now.state !== turn.state || now.last !== turn.last) return;
      if (now.state === 'queued' && turns.some(({ state }) => state === 'live')) return;
      plan.guards.push({ command: ['ZSCORE', keys.leases, turnId], reply: heldTill });
      const [asked] = now.state === 'queued' ? plan.append([input.user]) : [];
      plan.append([
        {
          id: randomUUID(),
          kind: 'assistant',
          turnId,
          parentId: asked?.id ?? now.last,
          at: Date.now(),
          door: 'core',
          ...input.by,
          content: input.content,
          outcome: 'interrupted',
          error: toErrorInfo(interrupted()),
        },
      ]);
      plan.removeTurn(turnId, now.state);
    });
  }

  #change<T>(
    sessionId: string,
    drafts: readonly EntryDraft[],
    decide: (state: SessionState, plan: Plan) => T,
  ): Promise<T> {
    return this.#changeBy(sessionId, wantedFor(drafts), decide);
  }

  #changeBy<T>(
    sessionId: string,
    wanted: Wanted,
    decide: (state: SessionState, plan: Plan) => T,
  ): Promise<T> {
    return this.#sessions.change(sessionId, wanted, (state) => {
      const plan = Plan.changing(this.#sessions.keys, state);
      const value = decide(state, plan);
      return plan.commands.length === 0 ? { value } : { value, plan };
    });
  }

  #letGo(turnId: string): void {
    this.#held.delete(turnId);
    this.#begun.delete(turnId);
  }

  #mustHold({ turns }: SessionState, turnId: string): TurnRow {
    const turn = turns.find((one) => one.turnId === turnId);
    if (turn?.state !== 'live' || turn.holder !== this.#sessions.holder) {
      this.#letGo(turnId);
      throw leaseLost();
    }
    return turn;
  }

  async #sessionOf(turnId: string): Promise<string | undefined> {
    const { keys, redis } = this.#sessions;
    const reply = await redis.command('HGET', keys.turn(turnId), 'sessionId');
    return z.string().nullable().parse(reply) ?? undefined;
  }

  async #heldIn(turnId: string): Promise<string> {
    const sessionId = await this.#sessionOf(turnId);
    if (sessionId !== undefined) return sessionId;
    this.#letGo(turnId);
    throw leaseLost();
  }
}

function begun(plan: Plan, user: UserEntryDraft): UserEntry {
  const [entry] = plan.append([user]);
  if (entry?.kind !== 'user') throw new Error('A turn begins with a user entry.');
  return entry;
}

const isPurged = (error: unknown): boolean => toErrorInfo(error).code === notFound('session', '').code;

/** A session that is purged takes its turns along. */
function lostWhenPurged(error: unknown): never {
  throw isPurged(error) ? leaseLost() : error;
}

function falseWhenPurged(error: unknown): false {
  if (isPurged(error)) return false;
  throw error;
}
