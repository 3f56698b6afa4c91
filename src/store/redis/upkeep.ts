/** What an instance does by itself: shows that it lives, and ends turns of instances that do not. */
import type { RedisConnection } from './connection.ts';
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
  readonly #timers: NodeJS.Timeout[];
  readonly #seen = new Map<string, { heldTill: string; sinceMs: number; losses: number }>();
  #looking: Promise<void> | undefined;
  #beating: Promise<void> | undefined;

  constructor(turns: RedisTurns, redis: RedisConnection) {
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
      const closing = this.#silent(expired, performance.now()).map((turn) => this.#turns.close(turn));
      // One that cannot be ended, since its session cannot be read say, keeps no other from it.
      await Promise.allSettled(closing);
    } catch {
      // It is looked again in a second, here and by the others.
    }
    this.#looking = undefined;
  }

  /** Those that have been over for a while, as far as this instance could see without a break. */
  #silent(expired: readonly Expired[], nowMs: number): Expired[] {
    for (const turnId of this.#seen.keys())
      if (!expired.some((turn) => turn.turnId === turnId)) this.#seen.delete(turnId);
    const { losses } = this.#redis;
    return expired.filter(({ turnId, heldTill }) => {
      const seen = this.#seen.get(turnId);
      if (seen?.heldTill === heldTill && seen.losses === losses) return nowMs - seen.sinceMs >= graceMs;
      this.#seen.set(turnId, { heldTill, sinceMs: nowMs, losses });
      return false;
    });
  }
}
