import { errors as undici } from 'undici';
import {
  CausewayError,
  upstreamBroke,
  upstreamSilent,
  upstreamTruncated,
  upstreamUnreachable,
  upstreamUnreadable,
} from '../../core/errors.ts';
import type { RelayLimits, RelayOutcome } from '../../core/relay.ts';

export interface Failure {
  error: CausewayError;
  outcome: RelayOutcome;
}

/** How far an answer had come when it broke off. */
export type Progress = 'nothing' | 'head' | 'stream';

/** What a client is told of a connection that failed: never the platform's own words, which may quote bytes. */
export function failureOf(error: Error, progress: Progress, host: string, limits: RelayLimits): Failure {
  if (error instanceof undici.HeadersTimeoutError)
    return { error: upstreamSilent(limits.headMs / 1000), outcome: 'stalled' };
  if (error instanceof undici.BodyTimeoutError)
    return { error: upstreamSilent(limits.idleMs / 1000), outcome: 'stalled' };
  if (error instanceof undici.HTTPParserError) return { error: upstreamUnreadable(host), outcome: 'failed' };
  if (progress === 'stream') return { error: upstreamTruncated(), outcome: 'truncated' };
  const reached = progress === 'head' || error instanceof undici.SocketError;
  return { error: reached ? upstreamBroke(host) : upstreamUnreachable(host), outcome: 'failed' };
}

/** The connection was there, and nothing came on it. */
export const isSilence = (error: Error): boolean => error instanceof undici.HeadersTimeoutError;

/** A reader throws errors of ours; anything else comes of bytes that nobody foresaw. */
export const failureOfReading = (error: unknown, host: string): Failure => ({
  error: error instanceof CausewayError ? error : upstreamUnreadable(host),
  outcome: 'failed',
});
