/** A request and a response as the app sees them: no sockets, so that routes can be called without any. */
import type { CausewayError } from '../core/errors.ts';
import { statusOfCode } from './statuses.ts';

export interface BridgeRequest {
  method: string;
  /** The target of the request line as it came: path and query. */
  target: string;
  /** By lower-case name. A header that came more than once is joined by `, `. */
  headers: ReadonlyMap<string, string>;
  /** Names of headers that came more than once. */
  repeated: ReadonlySet<string>;
  /** The port the request came in on. */
  port: number;
  body: AsyncIterable<Uint8Array>;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
}

/** Chunks are sent as they come, each only after the client took the ones before it. */
type BridgeBody = string | AsyncIterable<string | Uint8Array>;

export interface BridgeResponse {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: BridgeBody;
  /** When it aborts, the connection is closed at once, also while the client does not read. */
  cut?: AbortSignal;
}

/** Answers are private to the client that asked and are JSON, whatever a reader thinks they look like. */
export const safeHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

export function json(status: number, value: unknown, headers: Record<string, string> = {}): BridgeResponse {
  return {
    status,
    headers: { ...safeHeaders, 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

/** An error as a client reads it: its code and words, never a stack or a path. */
export function errorResponse(error: CausewayError, extra: { turnId?: string } = {}): BridgeResponse {
  const { code, message, retryAfterMs } = error;
  const field = 'field' in error && typeof error.field === 'string' ? { field: error.field } : {};
  const status = error.status === 500 ? (statusOfCode(code) ?? 500) : error.status;
  return json(
    status,
    { error: { code, message, ...field, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }, ...extra },
    {
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="causeway"' } : {}),
      ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    },
  );
}
