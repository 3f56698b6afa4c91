/**
 * A call as a span of OpenTelemetry, in the JSON form of OTLP. Pure.
 * Names: https://github.com/open-telemetry/semantic-conventions-genai (gen-ai-spans), which are still in development.
 * Form: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
import { promptTokens } from '../providers/prices.ts';
import type { LoggedCall } from '../relay.ts';

/** Integers of 64 bits are text in OTLP's JSON. */
type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number };

export interface Attribute {
  key: string;
  value: AnyValue;
}

export interface Span {
  /** 32 and 16 hexadecimal digits. */
  traceId: string;
  spanId: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  status: { code: number; message?: string };
}

/** `SPAN_KIND_CLIENT`: Causeway calls somebody. */
const client = 3;
/** `STATUS_CODE_UNSET` and `STATUS_CODE_ERROR`; that all is well is not for whoever measures to say. */
const unset = 0;
const failed = 2;

/** The conventions' names for providers that Causeway calls otherwise; all others keep theirs. */
const providerNames: Readonly<Record<string, string>> = { mistral: 'mistral_ai', gemini: 'gcp.gemini' };

/** Counting tokens and listing models are no inference, which these spans are for. */
export const isInference = ({ operation }: LoggedCall): boolean =>
  operation === 'messages' || operation === 'turn' || operation === 'frame' || operation === 'title';

/** The name that the provider has for it: the log puts the provider before those that are not Claude's. */
const modelOf = ({ provider, model }: LoggedCall): string =>
  provider !== undefined && model.startsWith(`${provider}/`) ? model.slice(provider.length + 1) : model;

/** Of a call that was stopped by whoever asked, nothing failed. */
const isFailure = ({ outcome }: LoggedCall): boolean => outcome !== 'done' && outcome !== 'aborted';

export function spanOf(call: LoggedCall, ids: Pick<Span, 'traceId' | 'spanId'>): Span {
  const error = isFailure(call) ? (call.error ?? call.outcome) : undefined;
  return {
    ...ids,
    name: `chat ${modelOf(call)}`.trim(),
    kind: client,
    startTimeUnixNano: nanoseconds(call.at),
    endTimeUnixNano: nanoseconds(call.at + call.totalMs),
    attributes: attributesOf({ ...conventional(call, error), ...own(call) }),
    status: { code: error === undefined ? unset : failed },
  };
}

type Values = Record<string, string | number | boolean | Double | undefined>;

/** A number that is no count, so that it stays one where it happens to be whole. */
interface Double {
  double: number;
}

function conventional(call: LoggedCall, error: string | undefined): Values {
  const { usage, firstTokenMs, provider = '_OTHER' } = call;
  const model = modelOf(call);
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': providerNames[provider] ?? provider,
    'gen_ai.request.model': model === '' ? undefined : model,
    'gen_ai.request.stream': call.stream ? true : undefined,
    'gen_ai.conversation.id': call.session,
    // All that was read, from a cache or not, as the conventions have it.
    'gen_ai.usage.input_tokens': usage && promptTokens(usage),
    'gen_ai.usage.output_tokens': usage?.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage?.cacheReadTokens,
    'gen_ai.usage.cache_creation.input_tokens': usage?.cacheCreationTokens,
    'gen_ai.response.time_to_first_chunk':
      firstTokenMs === undefined ? undefined : { double: firstTokenMs / 1000 },
    'error.type': error,
  };
}

function own({
  client: asked,
  wire,
  operation,
  outcome,
  cost,
  cache,
  masked,
  requestId,
}: LoggedCall): Values {
  return {
    'causeway.client.id': asked,
    'causeway.door': wire,
    'causeway.operation': operation,
    'causeway.outcome': outcome,
    // Absent where it is not known, which is not the same as free.
    'causeway.cost.usd': cost === undefined ? undefined : { double: cost },
    'causeway.kept_answer': cache === 'hit' ? true : undefined,
    'causeway.masked_values': masked,
    'causeway.upstream.request_id': requestId,
  };
}

function attributesOf(values: Values): Attribute[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: string | number | boolean | Double): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return typeof value === 'number' ? { intValue: String(value) } : { doubleValue: value.double };
}

/** To a microsecond, as far as a number of ms goes. */
const nanoseconds = (ms: number): string => String(BigInt(Math.round(ms * 1000)) * 1000n);

/** What is sent: spans of one program. */
export const exportBody = (spans: readonly Span[], version: string) => ({
  resourceSpans: [
    {
      resource: { attributes: attributesOf({ 'service.name': 'causeway', 'service.version': version }) },
      scopeSpans: [{ scope: { name: 'causeway', version }, spans }],
    },
  ],
});
