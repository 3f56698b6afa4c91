/** A call as the row of a table, and back. */
import { z } from 'zod';
import {
  callOperations,
  type KeptCall,
  type LoggedCall,
  relayOutcomes,
  relayWires,
} from '../../core/relay.ts';
import { doors } from '../../protocol/entries.ts';

/** Columns in the order in which `rowOf` gives them. */
export const written = [
  'at',
  'client',
  'wire',
  'operation',
  'provider',
  'model',
  'session',
  'stream',
  'status',
  'outcome',
  'error',
  'input_tokens',
  'output_tokens',
  'cache_creation_tokens',
  'cache_creation_1h_tokens',
  'cache_read_tokens',
  'cost',
  'masked',
  'cache',
  'first_byte_ms',
  'first_token_ms',
  'total_ms',
  'request_id',
] as const;

export const rowOf = ({ usage, ...call }: LoggedCall): (string | number | null)[] => [
  call.at,
  call.client,
  call.wire,
  call.operation,
  call.provider ?? null,
  call.model,
  call.session ?? null,
  call.stream ? 1 : 0,
  call.status,
  call.outcome,
  call.error ?? null,
  usage?.inputTokens ?? null,
  usage?.outputTokens ?? null,
  usage?.cacheCreationTokens ?? null,
  usage?.cacheCreation1hTokens ?? null,
  usage?.cacheReadTokens ?? null,
  call.cost ?? null,
  call.masked ?? null,
  call.cache ?? null,
  call.firstByteMs ?? null,
  call.firstTokenMs ?? null,
  call.totalMs,
  call.requestId ?? null,
];

/** What is null in a row is absent in a call. */
const maybe = <T extends z.ZodType>(schema: T) =>
  z
    .union([schema, z.null()])
    .transform((value): z.output<T> | undefined => (value === null ? undefined : value));

const row = z.object({
  id: z.number(),
  at: z.number(),
  client: z.string(),
  wire: z.enum([...relayWires, ...doors]),
  operation: z.enum(callOperations),
  provider: maybe(z.string()),
  model: z.string(),
  session: maybe(z.string()),
  stream: z.number(),
  status: z.number(),
  outcome: z.enum(relayOutcomes),
  error: maybe(z.string()),
  input_tokens: maybe(z.number()),
  output_tokens: maybe(z.number()),
  cache_creation_tokens: maybe(z.number()),
  cache_creation_1h_tokens: maybe(z.number()),
  cache_read_tokens: maybe(z.number()),
  cost: maybe(z.number()),
  masked: maybe(z.number()),
  cache: maybe(z.literal('hit')),
  first_byte_ms: maybe(z.number()),
  first_token_ms: maybe(z.number()),
  total_ms: z.number(),
  request_id: maybe(z.string()),
  has_bodies: z.number(),
});

export function keptCall(raw: unknown): KeptCall {
  const one = row.parse(raw);
  return {
    id: one.id,
    at: one.at,
    client: one.client,
    wire: one.wire,
    operation: one.operation,
    model: one.model,
    stream: one.stream === 1,
    status: one.status,
    outcome: one.outcome,
    totalMs: one.total_ms,
    hasBodies: one.has_bodies === 1,
    ...defined({
      provider: one.provider,
      session: one.session,
      error: one.error,
      cost: one.cost,
      masked: one.masked,
      cache: one.cache,
      firstByteMs: one.first_byte_ms,
      firstTokenMs: one.first_token_ms,
      requestId: one.request_id,
      usage: usageOf(one),
    }),
  };
}

function usageOf(one: z.output<typeof row>): LoggedCall['usage'] {
  if (one.input_tokens === undefined) return undefined;
  return {
    inputTokens: one.input_tokens,
    outputTokens: one.output_tokens ?? 0,
    cacheCreationTokens: one.cache_creation_tokens ?? 0,
    ...(one.cache_creation_1h_tokens === undefined
      ? {}
      : { cacheCreation1hTokens: one.cache_creation_1h_tokens }),
    cacheReadTokens: one.cache_read_tokens ?? 0,
  };
}

/** Without the fields that are not there. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) Reflect.set(kept, name, value);
  return kept;
}
