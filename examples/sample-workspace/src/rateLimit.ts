import { slowDown } from './errors.ts';

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Buckets untouched for this long are full again anyway, so they need not be remembered. */
const idleMs = 10 * 60_000;

/** A token bucket for each caller: a minute's worth at once, then a steady trickle. */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();
  readonly #perMinute: number;
  readonly #now: () => number;

  constructor(perMinute: number, now: () => number = Date.now) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Takes one token, or throws 429 with the seconds until there is one again. */
  take(caller: string): void {
    const now = this.#now();
    const bucket = this.#buckets.get(caller) ?? { tokens: this.#perMinute, filledAt: now };
    const refill = ((now - bucket.filledAt) / 60_000) * this.#perMinute;
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + refill);
    bucket.filledAt = now;
    this.#buckets.set(caller, bucket);

    if (bucket.tokens < 1) throw slowDown(Math.ceil(((1 - bucket.tokens) / this.#perMinute) * 60));
    bucket.tokens -= 1;
  }

  /** Drops idle buckets, so that memory does not grow with every caller ever seen. */
  sweep(): void {
    const limit = this.#now() - idleMs;
    for (const [caller, bucket] of this.#buckets) {
      if (bucket.filledAt < limit) this.#buckets.delete(caller);
    }
  }
}
