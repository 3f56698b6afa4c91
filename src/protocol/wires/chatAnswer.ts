/**
 * From Anthropic's answers to OpenAI's chat completions, whole and as a stream. Pure.
 * Sources: https://platform.openai.com/docs/api-reference/chat/object and /chat/streaming.
 */
import { z } from 'zod';
import type { Usage } from '../content.ts';
import { usageOf, type WireUsage, wireUsage } from './anthropic.ts';

const detailedUsage = wireUsage.extend({
  output_tokens_details: z.object({ thinking_tokens: z.number().nullish() }).nullish(),
});

const block = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input: z.unknown() }),
  // Thinking, and what servers of the API did: nothing of this wire can hold it.
  z.object({ type: z.string() }),
]);

const message = z.object({
  id: z.string(),
  model: z.string(),
  content: z.array(block),
  stop_reason: z.string().nullish(),
  usage: detailedUsage,
});

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

const finishReasons: Readonly<Record<string, FinishReason>> = {
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};
const finishReasonOf = (stopReason: string | null | undefined): FinishReason =>
  finishReasons[stopReason ?? ''] ?? 'stop';

function chatUsage(usage: Usage, thinkingTokens: number | null | undefined) {
  const prompt = usage.inputTokens + usage.cacheCreationTokens + usage.cacheReadTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.outputTokens,
    total_tokens: prompt + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens },
    ...(typeof thinkingTokens === 'number'
      ? { completion_tokens_details: { reasoning_tokens: thinkingTokens } }
      : {}),
  };
}

const chatId = (id: string): string => `chatcmpl-${id}`;

/** `created` is in seconds since the epoch. Throws a `ZodError` for what is no message. */
export function completionOf(answer: unknown, created: number): { completion: object; usage: Usage } {
  const { id, model, content, stop_reason, usage: wire } = message.parse(answer);
  const usage = usageOf(wire);
  const text = content.flatMap((one) => ('text' in one ? [one.text] : []));
  const calls = content.flatMap((one) =>
    'input' in one
      ? [
          {
            id: one.id,
            type: 'function',
            function: { name: one.name, arguments: JSON.stringify(one.input ?? {}) },
          },
        ]
      : [],
  );
  const completion = {
    id: chatId(id),
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text.length === 0 ? null : text.join(''),
          refusal: null,
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finishReasonOf(stop_reason),
      },
    ],
    usage: chatUsage(usage, wire.output_tokens_details?.thinking_tokens),
  };
  return { completion, usage };
}

/** The events of Anthropic's stream that another wire can tell of. */
export const streamEvent = z.union([
  z.object({
    type: z.literal('message_start'),
    message: z.object({ id: z.string(), model: z.string(), usage: wireUsage.nullish() }),
  }),
  z.object({ type: z.literal('content_block_start'), index: z.number(), content_block: block }),
  z.object({
    type: z.literal('content_block_delta'),
    index: z.number(),
    delta: z.union([
      z.object({ type: z.literal('text_delta'), text: z.string() }),
      z.object({ type: z.literal('input_json_delta'), partial_json: z.string() }),
      z.object({ type: z.string() }),
    ]),
  }),
  z.object({ type: z.literal('content_block_stop'), index: z.number() }),
  z.object({
    type: z.literal('message_delta'),
    delta: z.object({ stop_reason: z.string().nullish() }),
    usage: detailedUsage.nullish(),
  }),
]);

/** One stream on its way from the one wire to the other. */
export class ChatStream {
  readonly #created: number;
  readonly #includeUsage: boolean;
  #id = '';
  #model = '';
  #usage: Usage | undefined;
  #thinkingTokens: number | null | undefined;
  /** Calls by the index of their block: their own index, and whether arguments came. */
  readonly #calls = new Map<number, { index: number; begun: boolean }>();

  /** `created` is in seconds since the epoch. */
  constructor(created: number, includeUsage: boolean) {
    this.#created = created;
    this.#includeUsage = includeUsage;
  }

  get usage(): Usage | undefined {
    return this.#usage;
  }

  /** The chunks that an event becomes. Throws a `ZodError` for what is no event of its name. */
  read(data: unknown): object[] {
    const event = streamEvent.parse(data);
    switch (event.type) {
      case 'message_start':
        this.#id = chatId(event.message.id);
        this.#model = event.message.model;
        this.#count(event.message.usage);
        return [this.#chunk({ role: 'assistant', content: '' })];
      case 'content_block_start':
        return this.#begin(event.index, event.content_block);
      case 'content_block_delta':
        return this.#delta(event.index, event.delta);
      case 'content_block_stop':
        return this.#end(event.index);
      case 'message_delta':
        this.#count(event.usage);
        this.#thinkingTokens = event.usage?.output_tokens_details?.thinking_tokens;
        return [this.#chunk({}, finishReasonOf(event.delta.stop_reason))];
      default:
        return event satisfies never;
    }
  }

  /** What comes after the last event, before the end of the stream. */
  last(): object[] {
    if (!this.#includeUsage || !this.#usage) return [];
    return [{ ...this.#base(), choices: [], usage: chatUsage(this.#usage, this.#thinkingTokens) }];
  }

  #begin(at: number, content: z.infer<typeof block>): object[] {
    if ('text' in content) return content.text === '' ? [] : [this.#chunk({ content: content.text })];
    if (!('input' in content)) return [];
    const index = this.#calls.size;
    this.#calls.set(at, { index, begun: false });
    const { id, name } = content;
    return [
      this.#chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] }),
    ];
  }

  #delta(at: number, delta: { type: string; text?: string; partial_json?: string }): object[] {
    if (delta.text !== undefined) return [this.#chunk({ content: delta.text })];
    const call = this.#calls.get(at);
    if (delta.partial_json === undefined || delta.partial_json === '' || !call) return [];
    call.begun = true;
    return [this.#argumentsChunk(call.index, delta.partial_json)];
  }

  /** A call without arguments has no delta here, and there an empty object. */
  #end(at: number): object[] {
    const call = this.#calls.get(at);
    return call && !call.begun ? [this.#argumentsChunk(call.index, '{}')] : [];
  }

  #argumentsChunk(index: number, text: string): object {
    return this.#chunk({ tool_calls: [{ index, function: { arguments: text } }] });
  }

  #count(usage: WireUsage | null | undefined): void {
    if (usage) this.#usage = usageOf(usage, this.#usage);
  }

  #chunk(delta: object, finishReason: FinishReason | null = null): object {
    return {
      ...this.#base(),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...(this.#includeUsage ? { usage: null } : {}),
    };
  }

  #base() {
    return { id: this.#id, object: 'chat.completion.chunk', created: this.#created, model: this.#model };
  }
}
