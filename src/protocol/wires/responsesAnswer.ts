/**
 * From Anthropic's answers to OpenAI's Responses, whole and as a stream. Pure.
 * Sources: https://platform.openai.com/docs/api-reference/responses/object and /responses-streaming.
 */
import { z } from 'zod';
import type { Usage } from '../content.ts';
import { usageOf, type WireUsage, wireUsage } from './anthropic.ts';
import { streamEvent } from './chatAnswer.ts';
import type { ResponsesRequest } from './responsesRequest.ts';

/** What a response tells of its request. */
export interface ResponseFrame {
  id: string;
  /** Seconds since the epoch. */
  created: number;
  request: ResponsesRequest;
  /** Of the session it belongs to. */
  conversation?: string;
}

type Item = { type: string; id: string; [field: string]: unknown };
export type ResponseEvent = { type: string; sequence_number: number; [field: string]: unknown };

interface Open {
  kind: 'message' | 'call';
  index: number;
  item: Item;
  text: string;
}

export class ResponsesStream {
  readonly #frame: ResponseFrame;
  #model: string;
  #sequence = 0;
  #usage: Usage | undefined;
  #thinkingTokens = 0;
  #stopReason: string | null | undefined;
  readonly #output: Item[] = [];
  /** Texts that follow each other are one message. */
  #open: Open | undefined;
  /** Blocks that this wire has no place for. */
  #passedOver = new Set<number>();

  constructor(frame: ResponseFrame) {
    this.#frame = frame;
    this.#model = frame.request.model;
  }

  /** The events that one of Anthropic's becomes. Throws a `ZodError` for what is no event of its name. */
  read(data: unknown): ResponseEvent[] {
    const event = streamEvent.parse(data);
    switch (event.type) {
      case 'message_start':
        this.#model = event.message.model;
        this.#count(event.message.usage);
        return [
          this.#event('response.created', { response: this.#response('in_progress') }),
          this.#event('response.in_progress', { response: this.#response('in_progress') }),
        ];
      case 'content_block_start':
        return this.#begin(event.index, event.content_block);
      case 'content_block_delta': {
        if (this.#passedOver.has(event.index)) return [];
        const { text, partial_json: json } = deltaShape.parse(event.delta);
        return text === undefined && json === undefined ? [] : this.#grow(text ?? json ?? '');
      }
      case 'content_block_stop':
        return this.#open?.kind === 'call' && !this.#passedOver.has(event.index) ? this.#close() : [];
      case 'message_delta':
        this.#count(event.usage);
        this.#thinkingTokens = event.usage?.output_tokens_details?.thinking_tokens ?? 0;
        this.#stopReason = event.delta.stop_reason;
        return [];
      default:
        return event satisfies never;
    }
  }

  /** What comes after the last event of an answer that is whole. */
  last(): ResponseEvent[] {
    const closing = this.#close();
    const reason = incompleteReasons[this.#stopReason ?? ''];
    const status = reason === undefined ? 'completed' : 'incomplete';
    const response = this.#response(status, reason === undefined ? {} : { incomplete_details: { reason } });
    return [...closing, this.#event(`response.${status}`, { response })];
  }

  /** What ends an answer that is not whole: the response that failed, and the error that SDKs throw. */
  failed(code: string | null, message: string): ResponseEvent[] {
    const error = { code: 'server_error', message };
    return [
      this.#event('response.failed', { response: this.#response('failed', { error }) }),
      this.#event('error', { code, message, param: null }),
    ];
  }

  #begin(at: number, block: z.infer<typeof blockShape>): ResponseEvent[] {
    if (block.type === 'text') {
      const opening = this.#open?.kind === 'message' ? [] : this.#openMessage();
      return block.text === undefined || block.text === ''
        ? opening
        : [...opening, ...this.#grow(block.text)];
    }
    if (block.type !== 'tool_use') {
      this.#passedOver.add(at);
      return [];
    }
    const closing = this.#close();
    const { id = '', name = '' } = block;
    const item = {
      type: 'function_call',
      id: this.#itemId('fc'),
      call_id: id,
      name,
      arguments: '',
      status: 'in_progress',
    };
    this.#open = { kind: 'call', index: this.#output.length, item, text: '' };
    return [...closing, this.#event('response.output_item.added', { ...this.#place(), item })];
  }

  #openMessage(): ResponseEvent[] {
    const id = this.#itemId('msg');
    const item = { type: 'message', id, role: 'assistant', status: 'in_progress', content: [] };
    this.#open = { kind: 'message', index: this.#output.length, item, text: '' };
    return [
      this.#event('response.output_item.added', { ...this.#place(), item }),
      this.#event('response.content_part.added', { ...this.#partPlace(id), part: textPart('') }),
    ];
  }

  #grow(delta: string): ResponseEvent[] {
    const open = this.#open;
    if (!open || delta === '') return [];
    open.text += delta;
    return open.kind === 'call'
      ? [
          this.#event('response.function_call_arguments.delta', {
            item_id: open.item.id,
            ...this.#place(),
            delta,
          }),
        ]
      : [
          this.#event('response.output_text.delta', {
            ...this.#partPlace(open.item.id),
            delta,
            logprobs: [],
          }),
        ];
  }

  #close(): ResponseEvent[] {
    const open = this.#open;
    if (!open) return [];
    const { id } = open.item;
    const text = open.kind === 'call' && open.text === '' ? '{}' : open.text;
    const part = textPart(text);
    const item: Item = {
      ...open.item,
      status: 'completed',
      ...(open.kind === 'call' ? { arguments: text } : { content: [part] }),
    };
    const events =
      open.kind === 'call'
        ? [
            this.#event('response.function_call_arguments.done', {
              item_id: id,
              ...this.#place(),
              arguments: text,
            }),
          ]
        : [
            this.#event('response.output_text.done', { ...this.#partPlace(id), text, logprobs: [] }),
            this.#event('response.content_part.done', { ...this.#partPlace(id), part }),
          ];
    events.push(this.#event('response.output_item.done', { ...this.#place(), item }));
    this.#output.push(item);
    this.#open = undefined;
    return events;
  }

  #place = () => ({ output_index: this.#open?.index ?? 0 });
  #partPlace = (id: string) => ({ item_id: id, ...this.#place(), content_index: 0 });
  #itemId = (kind: string) => `${kind}_${this.#frame.id.slice('resp_'.length)}_${this.#output.length}`;

  #event = (type: string, more: object): ResponseEvent => ({
    type,
    sequence_number: this.#sequence++,
    ...more,
  });

  #count(usage: WireUsage | null | undefined): void {
    if (usage) this.#usage = usageOf(usage, this.#usage);
  }

  #response(status: string, more: object = {}) {
    const { id, created, conversation, request } = this.#frame;
    const { tools, text, reasoning } = request;
    return {
      id,
      object: 'response',
      created_at: created,
      status,
      background: false,
      error: null,
      incomplete_details: null,
      instructions: request.instructions ?? null,
      max_output_tokens: request.max_output_tokens ?? null,
      metadata: request.metadata ?? {},
      model: this.#model,
      output: [...this.#output],
      parallel_tool_calls: request.parallel_tool_calls ?? true,
      previous_response_id: request.previous_response_id ?? null,
      reasoning: { effort: reasoning?.effort ?? null, summary: null },
      temperature: request.temperature ?? null,
      text: { format: text?.format ?? { type: 'text' } },
      tool_choice: request.tool_choice ?? 'auto',
      tools: (tools ?? []).map((tool) => ({
        ...tool,
        parameters: tool.parameters ?? null,
        strict: false,
      })),
      top_p: request.top_p ?? null,
      truncation: 'disabled',
      access_programs: null,
      ...(conversation === undefined ? {} : { conversation: { id: conversation } }),
      ...(status === 'in_progress' ? {} : this.#used()),
      ...more,
    };
  }

  #used() {
    const usage = this.#usage;
    if (!usage) return {};
    const input = usage.inputTokens + usage.cacheCreationTokens + usage.cacheReadTokens;
    return {
      usage: {
        input_tokens: input,
        input_tokens_details: {
          cached_tokens: usage.cacheReadTokens,
          cache_write_tokens: usage.cacheCreationTokens,
        },
        output_tokens: usage.outputTokens,
        output_tokens_details: { reasoning_tokens: this.#thinkingTokens },
        total_tokens: input + usage.outputTokens,
      },
    };
  }
}

const textPart = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });

const incompleteReasons: Readonly<Record<string, string>> = {
  max_tokens: 'max_output_tokens',
  model_context_window_exceeded: 'max_output_tokens',
  refusal: 'content_filter',
};

const blockShape = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
});
const deltaShape = z.object({ text: z.string().optional(), partial_json: z.string().optional() });

const wholeBlock = blockShape.extend({ input: z.unknown().optional() });
const wholeMessage = z.looseObject({
  id: z.string(),
  model: z.string(),
  content: z.array(wholeBlock),
  stop_reason: z.string().nullish(),
  usage: wireUsage.loose(),
});

/** A whole answer: what the last event of its stream would hold. Throws a `ZodError` for what is no message. */
export function responseOf(answer: unknown, frame: ResponseFrame): object {
  const { id, model, content, stop_reason, usage } = wholeMessage.parse(answer);
  const stream = new ResponsesStream(frame);
  stream.read({ type: 'message_start', message: { id, model, usage } });
  for (const [index, block] of content.entries()) {
    stream.read({ type: 'content_block_start', index, content_block: { ...block, input: {} } });
    if (block.type === 'tool_use') {
      const partial_json = JSON.stringify(block.input ?? {});
      stream.read({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } });
    }
    stream.read({ type: 'content_block_stop', index });
  }
  stream.read({ type: 'message_delta', delta: { stop_reason }, usage });
  const { response } = lastEvent.parse(stream.last().at(-1));
  return response;
}

const lastEvent = z.looseObject({ response: z.record(z.string(), z.unknown()) });
