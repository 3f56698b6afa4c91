/** What an instance does by itself: shows that it lives, and ends turns of instances that do not. */
import type { Log } from '../../core/ports.ts';
import type { RedisConnection } from './connection.ts';
import { isAway } from './isAway.ts';
import type { Expired, RedisTurns } from './turns.ts';

/** How often a holder beats, in ms: three times within a lease. */
const beatEveryMs = 2_000;
/** How often leases are looked at, in ms. */
const lookEveryMs = 1_000;
/**
 * A lease that is over was seen so for this long, in ms, over one connection, before its turn is ended: when Redis itself
 * was away, all leases are over at its return, and each holder is given two beats.
 */
const graceMs = 2 * beatEveryMs;

export class Upkeep {
  readonly #turns: RedisTurns;
  readonly #redis: RedisConnection;
  readonly #log: Log;
  readonly #timers: NodeJS.Timeout[];
  readonly #seen = new Map<
    string,
    { heldTill: string; sinceMs: number; losses: number; isLogged: boolean }
  >();
  #looking: Promise<void> | undefined;
  #beating: Promise<void> | undefined;

  constructor(turns: RedisTurns, redis: RedisConnection, log: Log) {
    this.#log = log;
    this.#turns = turns;
    this.#redis = redis;
    this.#timers = [
      setInterval(() => {
        this.#beating ??= this.#beat();
      }, beatEveryMs),
      setInterval(() => {
        this.#looking ??= this.#look();
      }, lookEveryMs),
    ];
  }

  async end(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all([this.#beating, this.#looking]);
  }

  async #beat(): Promise<void> {
    try {
      await this.#turns.beat();
    } catch {
      // Missing one beat is harmless; a lease is over after several.
    }
    this.#beating = undefined;
  }

  async #look(): Promise<void> {
    try {
      const expired = await this.#turns.expired();
      // One that cannot be ended, since its session cannot be read say, keeps no other from it.
      const silent = this.#silent(expired, performance.now());
      await Promise.all(
        silent.map((turn) => this.#turns.close(turn).catch((error) => this.#failed(turn, error))),
      );
    } catch {
      // It is looked again in a second, here and by the others.
    }
    this.#looking = undefined;
  }

  /** It is tried again with each look, and said once. */
  #failed({ turnId, heldTill }: Expired, error: unknown): void {
    const seen = this.#seen.get(turnId);
    if (isAway(error) || seen?.heldTill !== heldTill || seen.isLogged) return;
    seen.isLogged = true;
    this.#log.error(`The turn ${turnId} of an instance that is gone could not be ended.`, error);
  }

  /** Those that have been over for a while, as far as this instance could see without a break. */
  #silent(expired: readonly Expired[], nowMs: number): Expired[] {
    for (const turnId of this.#seen.keys())
      if (!expired.some((turn) => turn.turnId === turnId)) this.#seen.delete(turnId);
    const { losses } = this.#redis;
    return expired.filter(({ turnId, heldTill }) => {
      const seen = this.#seen.get(turnId);
      if (seen?.heldTill === heldTill && seen.losses === losses) return nowMs - seen.sinceMs >= graceMs;
      const isLogged = seen?.isLogged ?? false;
      this.#seen.set(turnId, { heldTill, sinceMs: nowMs, losses, isLogged });
      return false;
    });
  }
}
