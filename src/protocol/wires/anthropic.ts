/**
 * The part of Anthropic's Messages API that the bridge itself reads and writes; all else passes unread.
 * Sources: https://platform.claude.com/docs/en/api/messages, /api/errors, /build-with-claude/streaming.
 */
import { z } from 'zod';
import type { Usage } from '../content.ts';

export const versionHeader = 'anthropic-version';
/** What requests of the bridge's own are written in. */
export const anthropicVersion = '2023-06-01';

const count = z.number().int().nonnegative();

/** Counts as they stand in an answer and in the events of a stream, where any of them may be missing. */
export const wireUsage = z.object({
  input_tokens: count.nullish(),
  output_tokens: count.nullish(),
  cache_creation_input_tokens: count.nullish(),
  cache_read_input_tokens: count.nullish(),
  cache_creation: z.object({ ephemeral_1h_input_tokens: count.nullish() }).nullish(),
});
export type WireUsage = z.infer<typeof wireUsage>;

/** Counts of a stream are cumulative, so what an event names replaces what was known. */
export function usageOf(wire: WireUsage, before?: Usage): Usage {
  const created1h = wire.cache_creation?.ephemeral_1h_input_tokens ?? before?.cacheCreation1hTokens;
  return {
    inputTokens: wire.input_tokens ?? before?.inputTokens ?? 0,
    outputTokens: wire.output_tokens ?? before?.outputTokens ?? 0,
    cacheCreationTokens: wire.cache_creation_input_tokens ?? before?.cacheCreationTokens ?? 0,
    cacheReadTokens: wire.cache_read_input_tokens ?? before?.cacheReadTokens ?? 0,
    ...(created1h === undefined ? {} : { cacheCreation1hTokens: created1h }),
  };
}

/** `message_start` and `message_delta`, the events of a stream that tell what it costs. */
export const toldEvent = z.object({
  message: z.object({ usage: wireUsage.nullish() }).optional(),
  usage: wireUsage.nullish(),
});

/** What of an answer without a stream tells what it costs. */
export const answeredMessage = z.object({ usage: wireUsage });

const errorTypes: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

export const errorTypeOf = (status: number): string =>
  errorTypes[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');

export interface WireError {
  type: 'error';
  error: { type: string; message: string; details: { error_code: string } };
  request_id: string;
}

/** An error of the bridge as the API would word it; the stable code stands where the API has its own. */
export const wireError = (status: number, code: string, message: string, requestId: string): WireError => ({
  type: 'error',
  error: { type: errorTypeOf(status), message, details: { error_code: code } },
  request_id: requestId,
});
