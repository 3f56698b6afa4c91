import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until `probe` gives something other than undefined, null or false, and returns that.
 * For conditions outside the browser that no event tells of: a process's end, a file's arrival.
 * Throws after `timeoutMs` with `what` in its words.
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 15_000,
): Promise<Exclude<T, undefined | null | false>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (isThere(value)) return value;
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs / 1000} s in vain for ${what}.`);
    await pause(25);
  }
}

function isThere<T>(value: T): value is Exclude<T, undefined | null | false> {
  return value !== undefined && value !== null && value !== false;
}
