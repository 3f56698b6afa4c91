/** Makes of a request with a key one turn, however often it is sent. */
import type { Assistant, FollowedTurn } from '../../core/assistant.ts';
import { CausewayError, keyReused, toErrorInfo } from '../../core/errors.ts';
import type { KeyedRequest, KeyedTurn, KeyedTurns } from '../../core/register.ts';
import { statusOf } from '../http.ts';
import { Readers } from './readers.ts';

export interface KeyedCall {
  key: KeyedRequest;
  /** Aborts when this caller waits no more. */
  gone: AbortSignal;
  /** The turn it becomes, for a key that is new; one of any id when absent. */
  turnId?: string;
  /** Finds or makes the session, for a key that is new. */
  session(): Promise<string>;
  /** Does away with a session that `session` made, in which nothing began. */
  drop?: ((sessionId: string) => Promise<void>) | undefined;
  /** Throws where this caller may not use the session of the earlier request. */
  check(sessionId: string): Promise<unknown>;
  /** Starts the turn under this id. The signal aborts when nobody waits for it any more. */
  start(sessionId: string, turnId: string, signal: AbortSignal): Promise<FollowedTurn>;
}

export interface KeyedAnswer {
  turn: FollowedTurn;
  /** An earlier request began it. */
  replayed: boolean;
}

/** Nothing was stored; of any other failure nobody knows that. */
const isRefusal = (error: unknown): boolean => error instanceof CausewayError && statusOf(error) < 500;

export class KeyedRequests {
  readonly #assistant: Pick<Assistant, 'joinTurn'>;
  readonly #turns: KeyedTurns;
  readonly #workspaceId: string;
  readonly #graceMs: number | undefined;
  /** Requests whose turn is not yet accepted, by client and key: one at a time. */
  readonly #last = new Map<string, Promise<unknown>>();
  /** Of turns of this process that have not ended, by turn. */
  readonly #readers = new Map<string, Readers>();

  constructor(
    assistant: Pick<Assistant, 'joinTurn'>,
    turns: KeyedTurns,
    { workspaceId, graceMs }: { workspaceId: string; graceMs?: number | undefined },
  ) {
    this.#assistant = assistant;
    this.#turns = turns;
    this.#workspaceId = workspaceId;
    this.#graceMs = graceMs;
  }

  /** Throws `idempotency_key_reused`, `register_*` and what the call's own steps throw. */
  async turn(call: KeyedCall): Promise<KeyedAnswer> {
    const name = `${call.key.client} ${call.key.key}`;
    const before = this.#last.get(name);
    const mine = (async () => {
      await before?.catch(() => undefined);
      return this.#turn(call);
    })();
    this.#last.set(name, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(name) === mine) this.#last.delete(name);
    }
  }

  /** The turn of the earlier request; undefined for a key that is new. Throws `idempotency_key_reused`. */
  async find({ client, key, fingerprint }: KeyedRequest): Promise<KeyedTurn | undefined> {
    const found = await this.#turns.find(client, key);
    if (found && found.fingerprint !== this.#here(fingerprint)) throw keyReused();
    return found;
  }

  /** The key may be used again: what it was for never began, and its session is gone. */
  release({ client, key }: KeyedRequest, sessionId: string): Promise<void> {
    return this.#turns.release(client, key, sessionId);
  }

  /** Another window's session is not here, so that the same words there are another request. */
  #here(fingerprint: string): string {
    return `${this.#workspaceId} ${fingerprint}`;
  }

  async #turn({ key, gone, turnId: wanted, session, drop, check, start }: KeyedCall): Promise<KeyedAnswer> {
    const fingerprint = this.#here(key.fingerprint);
    const found = await this.find(key);
    const made = found ? undefined : await session();
    const claimed =
      made === undefined
        ? found
        : await this.#turns.claim(
            { ...key, fingerprint },
            { sessionId: made, turnId: wanted ?? crypto.randomUUID() },
          );
    // Another process may have claimed it in between.
    if (made !== undefined && claimed?.sessionId !== made) await drop?.(made);
    if (claimed?.fingerprint !== fingerprint) throw keyReused();
    const { sessionId, turnId } = claimed;
    if (found) await check(sessionId);
    const joined = await this.#join(sessionId, turnId, gone);
    if (joined) return { turn: joined, replayed: true };
    const readers = new Readers(this.#graceMs);
    try {
      const turn = await start(sessionId, turnId, readers.signal);
      this.#readers.set(turnId, readers);
      readers.add(gone);
      return { turn: { ...turn, events: this.#until(turn) }, replayed: false };
    } catch (error) {
      const other = toErrorInfo(error).code === 'turn_taken' && (await this.#join(sessionId, turnId, gone));
      if (other) return { turn: other, replayed: true };
      // What was refused is no turn, and with a session that was made for it all is gone: the key is free again.
      if (made === sessionId && (drop || isRefusal(error))) {
        await drop?.(sessionId);
        await this.release(key, sessionId);
      }
      throw error;
    }
  }

  async #join(sessionId: string, turnId: string, gone: AbortSignal): Promise<FollowedTurn | undefined> {
    const joined = await this.#assistant.joinTurn(sessionId, turnId);
    if (joined) this.#readers.get(turnId)?.add(gone);
    return joined;
  }

  /** Its first reader reads to the end, whoever listens. */
  async *#until({ turnId, events }: FollowedTurn): FollowedTurn['events'] {
    try {
      yield* events;
    } finally {
      this.#readers.get(turnId)?.end();
      this.#readers.delete(turnId);
    }
  }
}
