/**
 * When to ask a provider again. The delays are those of Anthropic's SDK: half a second doubled each time,
 * at most eight seconds, less up to a quarter at random so that clients do not return together.
 */

/** Times a request is repeated after its first failure. */
export const maxRetries = 3;

/** Waits that are longer in all are told to whoever asked instead of being waited out. */
export const longestWaitMs = 60_000;

/** `told` is what the server itself says of another attempt, where it does. */
export const isRetryable = (status: number, told?: string | null): boolean => {
  if (told === 'true' || told === 'false') return told === 'true';
  return status === 408 || status === 409 || status === 429 || status >= 500;
};

/** Delay before attempt `attempt` (1 is the first repetition); what the server asks for comes first. */
export function retryDelayMs(
  attempt: number,
  retryAfterMs: number | undefined,
  random: () => number,
): number {
  if (retryAfterMs !== undefined) return retryAfterMs;
  const full = Math.min(500 * 2 ** (attempt - 1), 8_000);
  return Math.round(full * (1 - random() * 0.25));
}

/** Resolves true after the delay, or false as soon as the signal aborts. */
export function waitFor(delayMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const onAbort = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    }, delayMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** `retry-after-ms`, else `retry-after` in seconds or as a date; undefined when neither can be read. */
export function retryAfterOf(headers: Headers | undefined, now: number): number | undefined {
  const ms = Number.parseFloat(headers?.get('retry-after-ms') ?? '');
  if (Number.isFinite(ms)) return Math.max(0, Math.round(ms));
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const seconds = Number.parseFloat(value);
  if (Number.isFinite(seconds)) return Math.max(0, Math.round(seconds * 1000));
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
