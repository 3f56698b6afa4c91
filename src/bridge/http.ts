/** A request and a response as the app sees them: no sockets, so that routes can be called without any. */
import { type CausewayError, LimitError } from '../core/errors.ts';
import type { Presence } from './presence.ts';
import { statusOfCode } from './statuses.ts';

/** A body, to be read once, in either way. */
export interface RequestBody extends AsyncIterable<Uint8Array> {
  /** Resolves when all chunks were taken; ends early, and rejects, with what `take` throws. */
  each(take: (chunk: Uint8Array) => void): Promise<void>;
}

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
  /** The port it came from. */
  peerPort: number;
  body: RequestBody;
  /** Ends when the client goes away. */
  presence: Presence;
}

/** Takes the bytes of an answer on their way to the client. */
export interface BodySink {
  /** False when the client has to catch up first; the source is told by `resume`. */
  write(chunk: Uint8Array): boolean;
  /** Ends with these bytes, which may be none. */
  end(last: Uint8Array): void;
}

/** An answer that comes by itself, chunk by chunk, and can be held up. */
export interface PushedBody {
  /** Called once; from now on what there is goes to the sink. */
  flow(sink: BodySink): void;
  resume(): void;
}

/** Chunks are sent as they come, each only after the client took the ones before it. */
type BridgeBody = string | Uint8Array | PushedBody | AsyncIterable<string | Uint8Array>;

export interface BridgeResponse {
  status: number;
  /** By lower-case name. */
  headers: Record<string, string>;
  body: BridgeBody;
  /** When it aborts, the connection is closed at once, also while the client does not read. */
  cut?: AbortSignal | Presence;
}

/** Answers are private to the client that asked and are JSON, whatever a reader thinks they look like. */
export const safeHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const;

export function json(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): BridgeResponse & { body: string } {
  return {
    status,
    headers: { ...safeHeaders, 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}

export const statusOf = ({ status, code }: CausewayError): number =>
  status === 500 ? (statusOfCode(code) ?? 500) : status;

/** An error as a client reads it: its code and words, never a stack or a path. */
export function errorResponse(
  error: CausewayError,
  extra: { turnId?: string } = {},
): BridgeResponse & { body: string } {
  const { code, message, retryAfterMs } = error;
  const field = 'field' in error && typeof error.field === 'string' ? { field: error.field } : {};
  const limit = error instanceof LimitError ? { limit: error.limit } : {};
  const status = statusOf(error);
  return json(
    status,
    {
      error: { code, message, ...field, ...limit, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
      ...extra,
    },
    {
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="causeway"' } : {}),
      ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    },
  );
}
