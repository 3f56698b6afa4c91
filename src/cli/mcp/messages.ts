/** Messages of JSON-RPC as they pass through, of which no more is read than where they go. */
import { z } from 'zod';

const requestId = z.union([z.string(), z.number()]);
export type RequestId = z.infer<typeof requestId>;

/** A request where it has an id, else a notification. */
const call = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: requestId.optional(),
  method: z.string(),
  params: z.looseObject({ _meta: z.looseObject({}).optional() }).optional(),
});
export type Call = z.infer<typeof call>;

const response = z
  .looseObject({ jsonrpc: z.literal('2.0') })
  .refine((value) => 'result' in value || 'error' in value);
const cancelled = z.object({
  method: z.literal('notifications/cancelled'),
  params: z.looseObject({ requestId }),
});

export type Incoming =
  | { kind: 'request'; id: RequestId; call: Call }
  | { kind: 'notification'; call: Call }
  | { kind: 'cancel'; id: RequestId }
  | { kind: 'response' }
  | { kind: 'invalid' };

export function incomingOf(value: unknown): Incoming {
  const cancel = cancelled.safeParse(value);
  if (cancel.success) return { kind: 'cancel', id: cancel.data.params.requestId };
  const parsed = call.safeParse(value);
  if (!parsed.success) return { kind: response.safeParse(value).success ? 'response' : 'invalid' };
  const { id } = parsed.data;
  return id === undefined
    ? { kind: 'notification', call: parsed.data }
    : { kind: 'request', id, call: parsed.data };
}

/** What an answer consists of: a response, or what a request tells while it runs. */
export const outgoing = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: requestId.nullish(),
  method: z.string().optional(),
});

/** Source of the codes: https://www.jsonrpc.org/specification#error_object. */
export const errorCodes = { parse: -32700, invalidRequest: -32600, internal: -32603 } as const;

export const errorMessage = (id: RequestId | null, code: number, message: string, reason?: string) => ({
  jsonrpc: '2.0',
  id,
  error: { code, message, ...(reason === undefined ? {} : { data: { code: reason } }) },
});
