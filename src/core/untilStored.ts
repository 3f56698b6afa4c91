import { waitFor } from './providers/retry.ts';

/** Waits between attempts in ms; the last one is repeated. */
const delays = [100, 500, 1_000, 2_000, 5_000, 10_000];

/**
 * Writes to the store until it succeeds: a full disk may have room again in a moment, and neither a queue nor an
 * answer that was paid for is given up at the first refusal. `onError` hears each failure and says whether to go on;
 * after `closing` there is one last attempt. Resolves undefined when it gave up. Never rejects.
 */
export async function untilStored<T>(
  write: () => Promise<T>,
  closing: AbortSignal,
  onError: (error: unknown) => boolean,
): Promise<T | undefined> {
  for (let attempt = 0; ; attempt++) {
    const isLast = closing.aborted;
    try {
      return await write();
    } catch (error) {
      if (!onError(error) || isLast) return undefined;
    }
    await waitFor(delays[Math.min(attempt, delays.length - 1)] ?? 0, closing);
  }
}
