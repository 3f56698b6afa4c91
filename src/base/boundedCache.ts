/** Values that are kept for a while and in bounded room; of too many, those go first that were not used for longest. */
interface Kept<V> {
  value: V;
  bytes: number;
  /** When it was put here, and how long it may stay, in ms of the cache's clock. */
  at: number;
  lifeMs: number;
}

export class BoundedCache<V> {
  readonly #maxBytes: number;
  readonly #now: () => number;
  /** In the order of their last use. */
  readonly #kept = new Map<string, Kept<V>>();
  #bytes = 0;

  /** `now` is monotonic, in ms. */
  constructor(maxBytes: number, now: () => number) {
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /** Undefined for what is not here, has lived its time, or is older than `mostAgeMs`. */
  get(key: string, mostAgeMs = Number.POSITIVE_INFINITY): { value: V; ageMs: number } | undefined {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    const ageMs = this.#now() - kept.at;
    if (ageMs >= kept.lifeMs) this.#delete(key, kept);
    if (ageMs >= kept.lifeMs || ageMs >= mostAgeMs) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return { value: kept.value, ageMs };
  }

  /** `bytes` are what the value takes; one that has no room at all is not kept. */
  set(key: string, value: V, bytes: number, lifeMs: number): void {
    const before = this.#kept.get(key);
    if (before) this.#delete(key, before);
    if (bytes > this.#maxBytes) return;
    this.#kept.set(key, { value, bytes, at: this.#now(), lifeMs });
    this.#bytes += bytes;
    for (const [oldest, kept] of this.#kept) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#delete(oldest, kept);
    }
  }

  drop(fits: (value: V) => boolean): void {
    for (const [key, kept] of this.#kept) if (fits(kept.value)) this.#delete(key, kept);
  }

  #delete(key: string, kept: Kept<V>): void {
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
  }
}
