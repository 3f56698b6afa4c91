/** Rate limits as the API tells of them in each answer; source: https://platform.claude.com/docs/en/api/rate-limits. */
import { ApiFailure } from './errors.ts';

/** Per minute. */
export interface Limits {
  requests: number;
  inputTokens: number;
  outputTokens: number;
}

export const generous: Limits = { requests: 4_000, inputTokens: 2_000_000, outputTokens: 400_000 };

const minute = 60_000;

/** Counts in windows of a minute on the fake's clock. */
export class RateLimits {
  limits: Limits = { ...generous };
  #until = 0;
  #used: Limits = { requests: 0, inputTokens: 0, outputTokens: 0 };

  /** Throws `ApiFailure` 429 with `retry-after` in seconds when the minute's requests or tokens are used up. */
  take(inputTokens: number, now: number): void {
    this.#turn(now);
    const over =
      this.#used.requests + 1 > this.limits.requests ||
      this.#used.inputTokens + inputTokens > this.limits.inputTokens;
    if (over) {
      throw new ApiFailure(429, "This request would exceed your organization's rate limit.", {
        'retry-after': String(Math.ceil((this.#until - now) / 1000)),
      });
    }
    this.#used.requests++;
    this.#used.inputTokens += inputTokens;
  }

  headers(now: number): Record<string, string> {
    this.#turn(now);
    const { requests, inputTokens, outputTokens } = this.limits;
    const rows: [string, number, number][] = [
      ['requests', requests, this.#used.requests],
      ['input-tokens', inputTokens, this.#used.inputTokens],
      ['output-tokens', outputTokens, this.#used.outputTokens],
      ['tokens', inputTokens + outputTokens, this.#used.inputTokens + this.#used.outputTokens],
    ];
    const reset = new Date(this.#until).toISOString().replace('.000Z', 'Z');
    return Object.fromEntries(
      rows.flatMap(([kind, limit, used]) => [
        [`anthropic-ratelimit-${kind}-limit`, String(limit)],
        [`anthropic-ratelimit-${kind}-remaining`, String(Math.max(0, limit - used))],
        [`anthropic-ratelimit-${kind}-reset`, reset],
      ]),
    );
  }

  answered(outputTokens: number): void {
    this.#used.outputTokens += outputTokens;
  }

  #turn(now: number): void {
    if (now < this.#until) return;
    this.#until = (Math.floor(now / minute) + 1) * minute;
    this.#used = { requests: 0, inputTokens: 0, outputTokens: 0 };
  }
}
