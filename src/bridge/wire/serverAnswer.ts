/** Answers of a server that speaks chat completions, for programs that speak another wire. */
import type { ChatReading, ProviderEvent } from '../../core/assistant.ts';
import type { CausewayError } from '../../core/errors.ts';
import { upstreamTooLarge, upstreamUnreadable } from '../../core/errors.ts';
import type { RelayOutcome } from '../../core/relay.ts';
import { maxEventBytes } from '../../protocol/bridge.ts';
import type { AssistantBlock, StopReason, Usage } from '../../protocol/content.ts';
import { openAiErrorBody } from '../../protocol/wires/openai.ts';
import { AnswerEvents, type AnswerPart, wireMessageOf } from '../../protocol/wires/sessionAnswer.ts';
import type { AnswerHead, AnswerReader } from './answerReader.ts';
import { EventBytes, everyEvent } from './eventBytes.ts';
import { parsedJson, withId, withoutKey } from './translated.ts';
import { ignoredHeaders, type ToldError, type WireWriter } from './wireWriter.ts';

export interface ServerAnswerOptions {
  host: string;
  key: string | undefined;
  /** The model that is asked, for servers that do not say which answered. */
  model: string;
  reading: ChatReading;
  writer: WireWriter;
  ignored: readonly string[];
}

export class ServerAnswer implements AnswerReader {
  readonly #options: ServerAnswerOptions;
  readonly #bytes = new EventBytes(everyEvent, maxEventBytes);
  readonly #events: AnswerEvents;
  #usage: Usage | undefined;
  #outcome: RelayOutcome = 'truncated';
  #hasBegun = false;
  readonly ping: Uint8Array;

  constructor(options: ServerAnswerOptions) {
    this.#options = options;
    const id = `msg_${crypto.randomUUID().replaceAll('-', '')}`;
    this.#events = new AnswerEvents({ id, model: options.model });
    this.ping = Buffer.from(options.writer.ping);
  }

  get usage(): Usage | undefined {
    return this.#usage;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get outcome(): RelayOutcome {
    return this.#outcome;
  }

  whole({ status, headers }: AnswerHead, bytes: Buffer): AnswerHead & { bytes: Uint8Array } {
    const { writer, key } = this.#options;
    const answer = parsedJson(withoutKey(bytes, key).toString('utf8'));
    const id = headers['x-request-id'] ?? headers['request-id'];
    const value = status < 400 ? this.#message(answer) : writer.refused(status, told(answer), id);
    this.#outcome = status < 400 ? 'done' : 'refused';
    return {
      status,
      headers: { ...this.#headers(headers), 'content-type': 'application/json; charset=utf-8' },
      bytes: Buffer.from(JSON.stringify(value)),
    };
  }

  begin({ status, headers }: AnswerHead): AnswerHead {
    return { status, headers: this.#headers(headers) };
  }

  part(chunk: Buffer): Uint8Array {
    const passage = this.#bytes.take(chunk);
    if (!passage) throw upstreamTooLarge(this.#options.host);
    return Buffer.from(passage.events.map(({ data }) => this.#said(data)).join(''));
  }

  /** Servers differ in how they close; that the answer is whole, its reason to end has said. */
  end(): Uint8Array {
    return Buffer.from(this.#last());
  }

  broken(error: CausewayError): Uint8Array {
    return Buffer.from(this.#options.writer.failed(error));
  }

  #headers(headers: Record<string, string>): Record<string, string> {
    const { ignored, writer } = this.#options;
    return { ...withId(headers, writer), ...ignoredHeaders(ignored) };
  }

  #said(data: string): string {
    if (this.#outcome !== 'truncated') return '';
    if (data.trim() === '[DONE]') return this.#last();
    const { reading, writer, key } = this.#options;
    const value = parsedJson(data);
    if (typeof value === 'object' && value !== null && 'error' in value && value.error) {
      this.#outcome = 'failed';
      return writer.refusedStream(told(parsedJson(withoutKey(Buffer.from(data), key).toString('utf8'))));
    }
    return this.#told(reading.read(value));
  }

  /** What is told of one chunk. What a model thought has no signature, without which no other model takes it back. */
  #told(events: Iterable<ProviderEvent>): string {
    let text = '';
    for (const event of events) {
      if (event.type === 'usage') this.#usage = event.usage;
      if (event.type === 'text' || event.type === 'tool_use') this.#hasBegun = true;
      if (event.type === 'stop')
        for (const one of this.#events.last(event.stopReason, this.#usage ?? noUsage))
          text += this.#options.writer.event(one);
      else if (isPart(event))
        for (const one of this.#events.read(event)) text += this.#options.writer.event(one);
    }
    return text;
  }

  #last(): string {
    const { reading } = this.#options;
    if (this.#outcome !== 'truncated' || !reading.finished) return '';
    this.#outcome = 'done';
    return this.#told(reading.end());
  }

  #message(answer: unknown): object {
    const { reading, writer, host } = this.#options;
    const content: AssistantBlock[] = [];
    let stopReason: StopReason | null = null;
    for (const event of [...reading.readWhole(answer), ...reading.end()]) {
      if (event.type === 'usage') this.#usage = event.usage;
      if (event.type === 'text') content.push({ type: 'text', text: event.text });
      if (event.type === 'tool_use') content.push(toolUse(event));
      if (event.type === 'start') this.#events.read(event);
      if (event.type === 'stop') stopReason = event.stopReason;
    }
    if (!reading.finished) throw upstreamUnreadable(host);
    return writer.whole(wireMessageOf(this.#events.head, content, stopReason, this.#usage ?? noUsage));
  }
}

const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };

type Part = Extract<AnswerPart, { type: 'start' | 'text' | 'tool_use' }>;
const isPart = (event: ProviderEvent): event is Part =>
  event.type === 'start' || event.type === 'text' || event.type === 'tool_use';

const toolUse = ({ id, name, input }: Extract<ProviderEvent, { type: 'tool_use' }>): AssistantBlock => ({
  type: 'tool_use',
  id,
  name,
  input,
});

const told = (answer: unknown): ToldError => openAiErrorBody.safeParse(answer).data ?? {};
