/** From the Messages API's stream events to provider events. Holds the state of one response; no I/O. */
import type Anthropic from '@anthropic-ai/sdk';
import { z } from 'zod';
import { stopReason, type Usage } from '../../../protocol/content.ts';
import { streamTruncated, toErrorInfo } from '../../errors.ts';
import { addUsage, noUsage } from '../prices.ts';
import type { LeftOut, ProviderEvent, QuotedPassage } from '../provider.ts';
import { type Altered, alteredBy, summarised } from './altered.ts';
import { CitedText } from './citedText.ts';

type StreamEvent = Anthropic.Messages.RawMessageStreamEvent;

const toolInput = z.record(z.string(), z.unknown());

export class AnthropicStream {
  #usage: Usage = noUsage;
  #stopReason: string | null = null;
  #finished = false;
  #leftOut: LeftOut[] = [];
  #summaries: Usage | undefined;
  readonly #toolCalls = new Map<number, { id: string; name: string; json: string }>();
  readonly #cited: CitedText;

  /** `passages` are those that were sent, in their order. */
  constructor(passages: readonly QuotedPassage[] = []) {
    this.#cited = new CitedText(passages);
  }

  /** Whether `message_stop` has come. */
  get finished(): boolean {
    return this.#finished;
  }

  *read(event: StreamEvent): Generator<ProviderEvent, void, undefined> {
    switch (event.type) {
      case 'message_start':
        this.#takeUsage(event.message.usage);
        yield { type: 'start', model: event.message.model, requestId: event.message.id };
        // The prompt is paid for from here on, also when the answer is stopped or breaks off.
        yield { type: 'usage', usage: this.#usage };
        return;
      case 'content_block_start':
        yield* this.#start(event.index, event.content_block);
        return;
      case 'content_block_delta':
        yield* this.#delta(event.index, event.delta);
        return;
      case 'content_block_stop':
        yield* this.#stopBlock(event.index);
        return;
      case 'message_delta':
        this.#takeUsage(event.usage);
        this.#takeAltered(alteredBy(event));
        this.#stopReason = event.delta.stop_reason;
        yield { type: 'usage', usage: this.#paid };
        return;
      case 'message_stop':
        this.#finished = true;
        yield this.#end();
        return;
      default:
        // The API may add event types; its versioning page asks clients to pass over those they do not know.
        event satisfies never;
    }
  }

  *#start(block: number, content: Anthropic.Messages.ContentBlock): Generator<ProviderEvent> {
    if (content.type === 'text') {
      if (content.text !== '') yield* this.#cited.text(block, content.text);
      return;
    }
    yield* this.#cited.other();
    if (content.type === 'redacted_thinking') yield { type: 'redacted_thinking', block, data: content.data };
    else if (content.type === 'tool_use') {
      this.#toolCalls.set(block, { id: content.id, name: content.name, json: '' });
    }
  }

  *#delta(block: number, delta: Anthropic.Messages.RawContentBlockDelta): Generator<ProviderEvent> {
    switch (delta.type) {
      case 'text_delta':
        yield* this.#cited.text(block, delta.text);
        return;
      case 'thinking_delta':
        yield { type: 'thinking', block, text: delta.thinking };
        return;
      case 'signature_delta':
        yield { type: 'thinking_signature', block, signature: delta.signature };
        return;
      case 'input_json_delta': {
        const call = this.#toolCalls.get(block);
        if (call) call.json += delta.partial_json;
        return;
      }
      case 'citations_delta':
        this.#cited.cite(delta.citation);
        return;
      default:
        delta satisfies never;
    }
  }

  *#stopBlock(block: number): Generator<ProviderEvent> {
    yield* this.#cited.stop();
    const call = this.#toolCalls.get(block);
    if (!call) return;
    this.#toolCalls.delete(block);
    const input = toolInput.safeParse(call.json === '' ? {} : parseJson(call.json));
    // A call cut off by max_tokens has no whole input; it is left out, so that no half call is ever run.
    if (input.success) yield { type: 'tool_use', block, id: call.id, name: call.name, input: input.data };
  }

  #end(): ProviderEvent {
    const reason = stopReason.safeParse(this.#stopReason);
    // A stop reason this version does not know still ends the answer; without any it was cut off.
    if (this.#stopReason === null) return { type: 'error', error: toErrorInfo(streamTruncated()) };
    return {
      type: 'stop',
      stopReason: reason.success ? reason.data : 'end_turn',
      usage: this.#paid,
      ...(this.#leftOut.length === 0 ? {} : { leftOut: this.#leftOut }),
    };
  }

  /** What the answer costs, with summaries the API made for it. */
  get #paid(): Usage {
    return this.#summaries ? addUsage(this.#usage, this.#summaries) : this.#usage;
  }

  #takeAltered({ leftOut, summaries }: Altered): void {
    if (leftOut.length + (summaries ? 1 : 0) === 0) return;
    this.#leftOut = summaries ? [...leftOut, summarised] : leftOut;
    this.#summaries = summaries;
  }

  /** `message_delta` counts are cumulative, so what it names replaces what was known. */
  #takeUsage(usage: Partial<Anthropic.Messages.Usage> | Anthropic.Messages.MessageDeltaUsage): void {
    const before = this.#usage;
    const oneHour = 'cache_creation' in usage ? usage.cache_creation?.ephemeral_1h_input_tokens : undefined;
    const written1h = counted(oneHour, before.cacheCreation1hTokens);
    this.#usage = {
      inputTokens: counted(usage.input_tokens, before.inputTokens),
      outputTokens: counted(usage.output_tokens, before.outputTokens),
      cacheCreationTokens: counted(usage.cache_creation_input_tokens, before.cacheCreationTokens),
      cacheReadTokens: counted(usage.cache_read_input_tokens, before.cacheReadTokens),
      ...(written1h === undefined ? {} : { cacheCreation1hTokens: written1h }),
    };
  }
}

/** A gateway in between may send what is no count; then what was known stays. */
const counted = <T>(value: unknown, before: T): number | T =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : before;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Broken JSON is reported by the schema that reads the result.
    return undefined;
  }
}
