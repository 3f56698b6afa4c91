/** The one retry layer of all providers: a request that fails before anything of its answer came is sent again. */
import { type CausewayError, toErrorInfo } from '../errors.ts';
import type { ProviderEvent } from './provider.ts';
import { longestWaitMs, maxRetries, retryDelayMs, waitFor } from './retry.ts';

/** Done when a last event was sent; otherwise nothing of an answer had arrived. */
export type Outcome = { done: true } | { done: false; failure: CausewayError; retryable: boolean };

export type Attempt = () => AsyncGenerator<ProviderEvent, Outcome, undefined>;

/** `retries` is how often it is sent again at most, and its waits are no longer than a minute in all. Ends with exactly one last event, as `Provider.stream`. */
export async function* withRetries(
  attempt: Attempt,
  signal: AbortSignal,
  retries = maxRetries,
): AsyncGenerator<ProviderEvent, void, undefined> {
  let waitedMs = 0;
  for (let number = 1; ; number++) {
    const outcome = yield* attempt();
    if (outcome.done) return;
    if (signal.aborted) return yield { type: 'aborted' };
    const { failure, retryable } = outcome;
    const delayMs = retryDelayMs(number, failure.retryAfterMs, Math.random);
    if (!retryable || number > retries || waitedMs + delayMs > longestWaitMs) {
      return yield { type: 'error', error: toErrorInfo(failure) };
    }
    waitedMs += delayMs;
    yield { type: 'retrying', attempt: number, delayMs, reason: failure.code };
    if (!(await waitFor(delayMs, signal))) return yield { type: 'aborted' };
  }
}
