/** After a failure nothing is tried for a while, longer each time. Times in ms of a clock that never jumps. */

/** A provider that failed after its own retries is rarely well again within a minute. */
const firstPause = 60_000;
/** Once in half an hour is no burden, and a session is not without frames for a day. */
const longestPause = 30 * 60_000;

export class Backoff {
  readonly #pauses = new Map<string, { until: number; pause: number }>();

  isResting(key: string, now: number): boolean {
    return (this.#pauses.get(key)?.until ?? 0) > now;
  }

  failed(key: string, now: number): void {
    const pause = Math.min(longestPause, (this.#pauses.get(key)?.pause ?? firstPause / 2) * 2);
    this.#pauses.set(key, { until: now + pause, pause });
  }

  succeeded(key: string): void {
    this.#pauses.delete(key);
  }
}
