/** Turn leases: taking, keeping, ending them, and closing those whose holder is gone. */
import { randomUUID } from 'node:crypto';
import { interrupted, leaseLost, queueFull, toErrorInfo, turnTaken } from '../../core/errors.ts';
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
import { holderState } from './holder.ts';
import type { SessionLog } from './sessionLog.ts';
import type { Lease, TurnRow, TurnTable } from './turnTable.ts';

/** A holder that has not beaten for this long, in ms in which the observer was looking, is taken for gone. */
const leaseExpiryMs = 10_000;
/**
 * What one look counts for at most, in ms. An observer that looks again after a sleep of the machine, or after work
 * that kept the holder from writing, has not seen it silent in between.
 */
const longestLookMs = 1_000;
/** How often a holder beats, in ms. */
export const beatEveryMs = 2_000;
/** Inputs that may wait in a session: more than anyone types ahead, and each may hold 32 MB. */
const longestQueue = 20;

export class Leases {
  readonly #log: SessionLog;
  readonly #turns: TurnTable;
  /** Beats of other processes and how long they were seen not to change; wall clocks are not trusted. */
  readonly #watched = new Map<string, { beat: number; silentMs: number }>();
  #lookedAt = 0;

  constructor(log: SessionLog, turns: TurnTable) {
    this.#log = log;
    this.#turns = turns;
  }

  // The methods that write run inside the caller's transaction.

  submit(sessionId: string, user: UserEntryDraft, by: Answerer): { result: SubmitResult; entries: Entry[] } {
    if (this.state(sessionId, user.turnId)) throw turnTaken();
    const others = this.#turns.leasesOf(sessionId);
    if (others.length === 0) {
      const entry = this.#begin(sessionId, user, () => this.#turns.add('live', sessionId, { user, by }));
      return { result: { state: 'live', entry }, entries: [entry] };
    }
    if (others.filter(({ state }) => state === 'queued').length >= longestQueue)
      throw queueFull(longestQueue);
    this.#turns.add('queued', sessionId, { user, by });
    const queued = queueOf(this.#turns.of(sessionId)).find((turn) => turn.turnId === user.turnId);
    if (!queued) throw new Error('A turn just queued is not in the queue.');
    return { result: { state: 'queued', queued }, entries: [] };
  }

  /** The first waiting turn becomes live when it is this process's. */
  promote(sessionId: string): UserEntry | undefined {
    const leases = this.#turns.leasesOf(sessionId);
    const first = leases.find((turn) => turn.state === 'queued');
    if (!first || !this.#turns.isOwn(first) || leases.some((turn) => turn.state === 'live')) return undefined;
    const next = this.#turns.get(first.turnId);
    return next && this.#begin(sessionId, next.user, () => this.#turns.makeLive(next.turnId));
  }

  withdraw(turnId: string): boolean {
    if (this.#turns.get(turnId)?.state !== 'queued') return false;
    this.#turns.remove(turnId);
    return true;
  }

  queue(sessionId: string): QueuedTurn[] {
    return queueOf(this.#turns.of(sessionId));
  }

  /** The lease first: a turn that ends meanwhile loses it in the same moment in which it has its end. */
  state(sessionId: string, turnId: string): TurnState | undefined {
    const lease = this.#turns.leasesOf(sessionId).find((turn) => turn.turnId === turnId);
    if (lease) return { state: lease.state };
    const entry = this.#log.endOf(sessionId, turnId);
    return entry && { state: 'ended', entry };
  }

  live(sessionId: string): LiveTurn | undefined {
    const turn = this.#turns.leasesOf(sessionId).find((candidate) => candidate.state === 'live');
    if (!turn) return undefined;
    return {
      turnId: turn.turnId,
      sessionId,
      own: this.#turns.isOwn(turn),
      content: this.#turns.progress(turn.turnId),
    };
  }

  checkpoint(turnId: string, content: readonly AssistantBlock[]): boolean {
    return this.#turns.setProgress(turnId, content);
  }

  append(turnId: string, drafts: readonly EntryDraft[]): Entry[] {
    const entries = this.#log.append(this.#held(turnId).sessionId, drafts);
    // What had arrived is an entry now; after a crash it would be told a second time.
    if (entries.some(({ kind }) => kind === 'assistant')) this.#turns.setProgress(turnId, []);
    return entries;
  }

  finish(turnId: string, draft: AssistantEntryDraft): AssistantEntry {
    const { sessionId } = this.#held(turnId);
    const [entry] = this.#log.append(sessionId, [draft]);
    if (entry?.kind !== 'assistant' || entry.outcome === undefined)
      throw new Error('A turn ends with an outcome.');
    this.#turns.remove(turnId);
    return entry;
  }

  /** Turns of other processes that are gone, at `now` in ms of a monotonic clock. Reads only. */
  expired(now: number): Lease[] {
    const others = this.#turns.leases().filter((turn) => !this.#turns.isOwn(turn));
    const passedMs = Math.min(now - this.#lookedAt, longestLookMs);
    this.#lookedAt = now;
    for (const turnId of this.#watched.keys()) {
      if (!others.some((turn) => turn.turnId === turnId)) this.#watched.delete(turnId);
    }
    return others.filter((turn) => {
      const watched = this.#watched.get(turn.turnId);
      if (!watched || watched.beat !== turn.beat) {
        this.#watched.set(turn.turnId, { beat: turn.beat, silentMs: 0 });
        return holderState(turn.holder) === 'gone';
      }
      watched.silentMs += passedMs;
      return holderState(turn.holder) === 'gone' || watched.silentMs > leaseExpiryMs;
    });
  }

  /**
   * Ends a turn whose holder is gone, unless it has shown a sign of life; its input and what had arrived are kept.
   * One that waits goes on waiting while another turn is live in its session: its entries would part that one's.
   */
  close(expired: Lease, at: number): Entry[] {
    const turn = this.#turns.get(expired.turnId);
    if (!turn || turn.beat !== expired.beat || turn.holder !== expired.holder || turn.state !== expired.state)
      return [];
    if (turn.state === 'queued' && this.#turns.leasesOf(turn.sessionId).some(({ state }) => state === 'live'))
      return [];
    const content = this.#turns.progress(turn.turnId);
    this.#turns.remove(turn.turnId);
    const user = turn.state === 'queued' ? this.#log.append(turn.sessionId, [turn.user]) : [];
    const parentId = this.#lastOf(turn);
    const ended = this.#log.append(turn.sessionId, [
      {
        id: randomUUID(),
        kind: 'assistant',
        turnId: turn.turnId,
        ...(parentId === undefined ? {} : { parentId }),
        at,
        door: 'core',
        ...turn.by,
        content,
        outcome: 'interrupted',
        error: toErrorInfo(interrupted()),
      },
    ]);
    return [...user, ...ended];
  }

  /** The entry after which a turn's next one stands: its input, or what it has appended since; none if both are lost. */
  #lastOf(turn: TurnRow): string | undefined {
    const own = this.#log
      .path(turn.sessionId)
      .findLast((entry) => 'turnId' in entry && entry.turnId === turn.turnId);
    return own?.id ?? (this.#log.has(turn.sessionId, turn.user.id) ? turn.user.id : undefined);
  }

  #begin(sessionId: string, user: UserEntryDraft, take: () => void): UserEntry {
    const [entry] = this.#log.append(sessionId, [user]);
    if (entry?.kind !== 'user') throw new Error('A turn begins with a user entry.');
    take();
    return entry;
  }

  #held(turnId: string): TurnRow {
    const turn = this.#turns.get(turnId);
    if (turn?.state !== 'live' || !this.#turns.isOwn(turn)) throw leaseLost();
    return turn;
  }
}
