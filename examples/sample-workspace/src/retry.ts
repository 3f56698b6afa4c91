export interface RetryOptions {
  /** Attempts after the first one. */
  retries: number;
  /** Wait before the first retry, in ms; it doubles with each further one. */
  baseMs: number;
  /** Longest wait in ms. */
  maxMs?: number;
  /** Part of the wait that is random, from 0 to 1, so that many clients do not come back in step. */
  jitter?: number;
  /** Errors for which trying again is pointless are thrown at once. */
  worthRetrying?: (error: unknown) => boolean;
  signal?: AbortSignal;
}

const sleep = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });

/** The wait before retry number `attempt` (from 0), in ms. */
export function backoff(attempt: number, options: RetryOptions, random = Math.random): number {
  const full = Math.min(options.maxMs ?? 30_000, options.baseMs * 2 ** attempt);
  const jitter = options.jitter ?? 0.5;
  return full * (1 - jitter * random());
}

/** Runs an operation until it works, its retries are used up, or its error is not worth another attempt. */
export async function retry<T>(operation: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await operation(attempt);
    } catch (error) {
      const hopeless = options.worthRetrying && !options.worthRetrying(error);
      if (hopeless || attempt >= options.retries) throw error;
      await sleep(backoff(attempt, options), options.signal);
    }
  }
}
