import { z } from 'zod';

/** What a call to a bridge fails with: the code and words the bridge gave, or why it could not be asked. */
export class BridgeError extends Error {
  readonly code: string;
  /** HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    message: string,
    details: { status?: number; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'BridgeError';
    this.code = code;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}

export const unreachable = (url: string, cause: unknown) =>
  new BridgeError('bridge_unreachable', `No bridge answers at ${url}. Start it, then retry.`, { cause });
export const notABridge = (url: string) =>
  new BridgeError(
    'not_a_bridge',
    `What answers at ${url} is not Causeway's bridge. No token was sent to it. End that program or reload the window.`,
  );
export const brokenAnswer = (status: number) =>
  new BridgeError('broken_answer', 'The bridge answered with something this client does not understand.', {
    status,
  });
export const brokenOff = (cause?: unknown) =>
  new BridgeError(
    'stream_truncated',
    'The connection to the bridge broke off before the end. What had arrived was kept in the session.',
    { cause },
  );
export const eventTooLarge = (limit: number) =>
  new BridgeError(
    'event_too_large',
    `An event of more than ${limit} characters came. The stream was closed.`,
  );
export const tooManyRounds = (rounds: number) =>
  new BridgeError(
    'too_many_tool_rounds',
    `The model asked for tools ${rounds} times in one turn without coming to an answer. What it said is in the session.`,
  );

const wireBody = z.object({
  error: z.object({
    type: z.string().optional(),
    message: z.string(),
    details: z.object({ error_code: z.string() }).optional(),
  }),
});

/** What an answer in Anthropic's shape says; undefined where it is none. */
export function wireErrorOf(body: unknown, status?: number): BridgeError | undefined {
  const read = wireBody.safeParse(body).data?.error;
  if (!read) return undefined;
  const details = status === undefined ? {} : { status };
  return new BridgeError(read.details?.error_code ?? read.type ?? 'api_error', read.message, details);
}

/** An error within a stream of that wire. */
export const wireRefusal = (data: unknown): BridgeError => wireErrorOf(data) ?? brokenOff();
