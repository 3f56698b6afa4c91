/**
 * A request of Anthropic's Messages API that belongs to a session: what of it is read, and what of it is named as
 * having no effect. Pure.
 */
import { z } from 'zod';
import { type ClientOptions, clientOptions } from '../clientOptions.ts';
import {
  type PlainMessage,
  plainMessage,
  plainMessages,
  type SaidMessage,
  saidMessages,
  wireMessage,
} from './saidMessages.ts';

const jsonObject = z.record(z.string(), z.unknown());

/** Tools that the API runs itself answer in blocks that no entry of a session holds. */
const tool = z.looseObject({
  type: z.literal('custom', { error: 'a tool that the client runs itself' }).nullish(),
  name: z.string().min(1).max(128),
  description: z.string().nullish(),
  input_schema: jsonObject,
});

/** The API takes as many. */
const mostMessages = 100_000;

export const sessionRequest = z.looseObject({
  model: z.string().min(1).max(200),
  max_tokens: z.number().int().positive(),
  messages: z.array(wireMessage).min(1).max(mostMessages),
  system: z.union([z.string(), z.array(z.object({ type: z.literal('text'), text: z.string() }))]).nullish(),
  tools: z.array(tool).max(1000).nullish(),
  stream: z.boolean().nullish(),
  tool_choice: clientOptions.shape.tool_choice.nullish(),
  stop_sequences: clientOptions.shape.stop_sequences.nullish(),
  thinking: clientOptions.shape.thinking.nullish(),
  output_config: clientOptions.shape.output_config.nullish(),
  metadata: clientOptions.shape.metadata.nullish(),
});
export type SessionRequest = z.infer<typeof sessionRequest>;

/** A tool as the client describes it; `more` are fields of its own that pass as they came. */
export interface ClientTool {
  name: string;
  description: string;
  inputSchema: Record<string, unknown>;
  more?: Record<string, unknown>;
}

/** The same of a call that belongs to no session. */
export const plainRequest = sessionRequest.extend({
  messages: z.array(plainMessage).min(1).max(mostMessages),
});
type PlainRequest = z.infer<typeof plainRequest>;

interface Read {
  model: string;
  stream: boolean;
  maxOutputTokens: number;
  /** Texts of the client's own system prompt, in order. */
  system: string[];
  tools: ClientTool[];
  options: ClientOptions;
  /** Fields that were given and have no effect, such as where the client wants the cache to keep its prompt. */
  ignored: string[];
}

export interface ReadRequest extends Read {
  messages: SaidMessage[];
}
export interface ReadPlainRequest extends Read {
  messages: PlainMessage[];
}

export const readSessionRequest = (request: SessionRequest): ReadRequest => ({
  ...readBeside(request),
  messages: saidMessages(request.messages),
});
export const readPlainRequest = (request: PlainRequest): ReadPlainRequest => ({
  ...readBeside(request),
  messages: plainMessages(request.messages),
});

function readBeside(request: SessionRequest | PlainRequest): Read {
  const { model, stream, max_tokens: maxOutputTokens, system, tools } = request;
  const texts = typeof system === 'string' ? [system] : (system ?? []).map(({ text }) => text);
  return {
    model,
    stream: stream === true,
    maxOutputTokens,
    system: texts.filter((text) => text.trim() !== ''),
    tools: (tools ?? []).map(toolOf),
    options: optionsOf(request),
    ignored: Object.keys(request).filter(
      (name) => !Object.hasOwn(sessionRequest.shape, name) && request[name] !== undefined,
    ),
  };
}

function toolOf({
  type: _,
  name,
  description,
  input_schema,
  cache_control: _cache,
  ...more
}: z.infer<typeof tool>) {
  return {
    name,
    description: description ?? '',
    inputSchema: input_schema,
    ...(Object.keys(more).length === 0 ? {} : { more }),
  };
}

function optionsOf({
  tool_choice,
  stop_sequences,
  thinking,
  output_config,
  metadata,
}: SessionRequest | PlainRequest): ClientOptions {
  return {
    ...(tool_choice ? { tool_choice } : {}),
    ...(stop_sequences ? { stop_sequences } : {}),
    ...(thinking ? { thinking } : {}),
    ...(output_config ? { output_config } : {}),
    ...(metadata ? { metadata } : {}),
  };
}
