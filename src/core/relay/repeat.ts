/** When a program's call is sent to upstream once more, before anything of an answer was passed on. */
import { isRetryable, longestWaitMs, retryAfterOf, retryDelayMs } from '../providers/retry.ts';

/** Why there is no answer. */
export interface RelayRefusal {
  /** Undefined where the connection failed before a byte of an answer. */
  status?: number;
  /** Of upstream's answer. */
  headers: Readonly<Record<string, string>>;
}

/** What was done for the call so far. */
export interface RelayTries {
  /** How often it was sent. */
  sent: number;
  /** How often it may be sent again at most. */
  retries: number;
  /** Since it was first sent, in ms. */
  spentMs: number;
}

/**
 * The wait before it is sent again, in ms; undefined where it is not. Upstream's own word comes first: whether, and when.
 * Nobody is kept waiting for longer than a minute in all; what would take longer is told to the program, which knows
 * better whether to wait. `now` is in ms since the epoch, for a date in `retry-after`.
 */
export function repeatAfterMs(
  { status, headers }: RelayRefusal,
  { sent, retries, spentMs }: RelayTries,
  now: number,
  random: () => number,
): number | undefined {
  if (sent > retries) return undefined;
  if (status !== undefined && !isRetryable(status, headers['x-should-retry'])) return undefined;
  const asked = retryAfterOf(new Headers(waitingHeaders(headers)), now);
  const delayMs = retryDelayMs(sent, asked, random);
  return spentMs + delayMs > longestWaitMs ? undefined : delayMs;
}

/** Of the others, some may have characters that no `Headers` take. */
const waitingHeaders = (headers: RelayRefusal['headers']): [string, string][] =>
  ['retry-after-ms', 'retry-after'].flatMap((name): [string, string][] =>
    headers[name] === undefined ? [] : [[name, headers[name]]],
  );
