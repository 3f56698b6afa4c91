/** The one class of errors a user can see, and the form in which they cross a channel. */
import type { ErrorAction, ErrorInfo } from '../../protocol/errors.ts';

/** Who the words are for: a person at the panel, or the author of a program at the bridge. */
export type Audience = 'user' | 'client';

interface Details {
  action?: ErrorAction;
  audience?: Audience;
  /** Status the bridge answers with. */
  status?: number;
  retryAfterMs?: number;
  cause?: unknown;
}

export class CausewayError extends Error {
  readonly code: string;
  readonly action: ErrorAction;
  readonly audience: Audience;
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CausewayError';
    this.code = code;
    this.action = details.action ?? 'none';
    this.audience = details.audience ?? 'user';
    this.status = details.status ?? 500;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The form in which an error crosses a channel or is stored. Unknown errors keep no message of their own. */
export function toErrorInfo(error: unknown): ErrorInfo {
  const known = error instanceof CausewayError ? error : unexpected(error);
  return {
    code: known.code,
    message: known.message,
    action: known.action,
    ...(known.retryAfterMs === undefined ? {} : { retryAfterMs: known.retryAfterMs }),
  };
}

export const fromErrorInfo = (info: ErrorInfo): CausewayError =>
  new CausewayError(info.code, info.message, {
    action: info.action,
    ...(info.retryAfterMs === undefined ? {} : { retryAfterMs: info.retryAfterMs }),
  });

export const unexpected = (cause: unknown) =>
  new CausewayError(
    'unexpected',
    'Something in Causeway failed. What was stored is safe. The log has the details.',
    {
      action: 'show_log',
      cause,
    },
  );

/** Names the field, the value that came and what would be right. */
export const invalidInput = (field: string, value: string, expected: string) =>
  new CausewayError('invalid_input', `${field}: got ${value}; expected ${expected}. Nothing was changed.`, {
    status: 400,
    audience: 'client',
  });

export const notFound = (what: string, id: string) =>
  new CausewayError('not_found', `No ${what} with the id ${id} is here.`, {
    status: 404,
    audience: 'client',
  });

/** How errors cross between threads. */
export const errorCodec = {
  encode: toErrorInfo,
  decode: fromErrorInfo,
};
