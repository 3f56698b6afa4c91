/**
 * An answer of a session's turn in the shapes of Anthropic's Messages API. Pure.
 * Sources: https://platform.claude.com/docs/en/api/messages and /build-with-claude/streaming.
 */
import { z } from 'zod';
import type { AssistantBlock, StopReason, Usage } from '../content.ts';

/** What the API tells of an answer that nobody but it can know. */
const untold = { inference_geo: null, service_tier: null, speed: null };

const counts = (usage: Usage) => ({
  input_tokens: usage.inputTokens,
  cache_creation_input_tokens: usage.cacheCreationTokens,
  cache_read_input_tokens: usage.cacheReadTokens,
  output_tokens: usage.outputTokens,
  output_tokens_details: null,
  server_tool_use: null,
});

function wireUsageOf(usage: Usage) {
  const created1h = usage.cacheCreation1hTokens ?? 0;
  return {
    ...counts(usage),
    ...untold,
    cache_creation: {
      ephemeral_5m_input_tokens: Math.max(0, usage.cacheCreationTokens - created1h),
      ephemeral_1h_input_tokens: created1h,
    },
  };
}

export interface AnswerHead {
  id: string;
  model: string;
}

/** Which of the client's own sequences ended the answer is not known here. */
const stopFields = (stopReason: StopReason | null) => ({
  container: null,
  stop_details: null,
  stop_reason: stopReason,
  stop_sequence: null,
});

/** A call that no program of the API's own made. */
const caller = { type: 'direct' as const };

/** Citations point into the workspace and have no shape on this wire; some clients fail on a null in their place. */
const wireBlock = (block: AssistantBlock) => {
  if (block.type === 'text') return { type: 'text' as const, text: block.text };
  return block.type === 'tool_use' ? { ...block, caller } : block;
};

export const wireMessageOf = (
  { id, model }: AnswerHead,
  content: readonly AssistantBlock[],
  stopReason: StopReason | null,
  usage: Usage,
) => ({
  id,
  type: 'message' as const,
  role: 'assistant' as const,
  model,
  content: content.map(wireBlock),
  diagnostics: null,
  ...stopFields(stopReason),
  usage: wireUsageOf(usage),
});

/** What an answer is made of, as a provider tells it. */
export type AnswerPart =
  | { type: 'start'; model: string; requestId?: string }
  | { type: 'text' | 'thinking'; block: number; text: string }
  | { type: 'thinking_signature'; block: number; signature: string }
  | { type: 'redacted_thinking'; block: number; data: string }
  | { type: 'tool_use'; block: number; id: string; name: string; input: Record<string, unknown> }
  | { type: 'usage'; usage: Usage };

/** The parts that make these blocks, each in one piece. */
export function partsOf(content: readonly AssistantBlock[]): AnswerPart[] {
  return content.flatMap((part, block): AnswerPart[] => {
    switch (part.type) {
      case 'text':
        return [{ type: 'text', block, text: part.text }];
      case 'thinking':
        return [
          { type: 'thinking', block, text: part.thinking },
          { type: 'thinking_signature', block, signature: part.signature },
        ];
      case 'redacted_thinking':
        return [{ type: 'redacted_thinking', block, data: part.data }];
      case 'tool_use':
        return [{ type: 'tool_use', block, id: part.id, name: part.name, input: part.input }];
      default:
        return part satisfies never;
    }
  });
}

/** An event of a stream as far as all of them are alike. */
export const wireStreamEvent = z.looseObject({ type: z.string() });
export type WireStreamEvent = z.infer<typeof wireStreamEvent>;

/** The events of one stream, in the order of the wire: each block is ended before the next one begins. */
export class AnswerEvents {
  readonly head: AnswerHead;
  #begun = false;
  #open: number | undefined;
  #index = -1;

  /** `head` is used where the provider does not tell its own. */
  constructor(head: AnswerHead) {
    this.head = { ...head };
  }

  /** Whether the client has been told of the answer. */
  get begun(): boolean {
    return this.#begun;
  }

  read(part: AnswerPart): WireStreamEvent[] {
    switch (part.type) {
      case 'start':
        this.head.model = part.model;
        this.head.id = part.requestId ?? this.head.id;
        return [];
      case 'usage':
        return this.#begun ? [] : this.#begin(part.usage);
      case 'text':
        return this.#in(part.block, { type: 'text', text: '' }, { type: 'text_delta', text: part.text });
      case 'thinking': {
        const block = { type: 'thinking', thinking: '', signature: '' };
        return this.#in(part.block, block, { type: 'thinking_delta', thinking: part.text });
      }
      case 'thinking_signature': {
        const block = { type: 'thinking', thinking: '', signature: '' };
        return this.#in(part.block, block, { type: 'signature_delta', signature: part.signature });
      }
      case 'redacted_thinking':
        return this.#in(part.block, { type: 'redacted_thinking', data: part.data });
      case 'tool_use': {
        const { id, name, input } = part;
        const delta = { type: 'input_json_delta', partial_json: JSON.stringify(input) };
        return this.#in(part.block, { type: 'tool_use', id, name, input: {}, caller }, delta);
      }
      default:
        return part satisfies never;
    }
  }

  /** What comes after the last part of an answer that is whole. */
  last(stopReason: StopReason | null, usage: Usage): WireStreamEvent[] {
    return [
      ...this.#begin(usage),
      ...this.#end(),
      { type: 'message_delta', delta: stopFields(stopReason), usage: counts(usage) },
      { type: 'message_stop' },
    ];
  }

  #begin(usage: Usage): WireStreamEvent[] {
    if (this.#begun) return [];
    this.#begun = true;
    return [{ type: 'message_start', message: wireMessageOf(this.head, [], null, usage) }];
  }

  #in(block: number, start: object, delta?: object): WireStreamEvent[] {
    const events: WireStreamEvent[] = this.#begin(noUsage);
    if (this.#open !== block) {
      events.push(...this.#end());
      this.#open = block;
      events.push({ type: 'content_block_start', index: ++this.#index, content_block: start });
    }
    if (delta) events.push({ type: 'content_block_delta', index: this.#index, delta });
    return events;
  }

  #end(): WireStreamEvent[] {
    if (this.#open === undefined) return [];
    this.#open = undefined;
    return [{ type: 'content_block_stop', index: this.#index }];
  }
}

const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };
