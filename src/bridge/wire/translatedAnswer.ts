/** Anthropic's answers for programs that speak another wire. */
import type { CausewayError } from '../../core/errors.ts';
import { upstreamTooLarge, upstreamUnreadable } from '../../core/errors.ts';
import type { RelayOutcome } from '../../core/relay.ts';
import { maxEventBytes } from '../../protocol/bridge.ts';
import type { Usage } from '../../protocol/content.ts';
import { answeredMessage, toldEvent, usageOf } from '../../protocol/wires/anthropic.ts';
import { anthropicErrorBody } from '../../protocol/wires/openai.ts';
import { wireStreamEvent } from '../../protocol/wires/sessionAnswer.ts';
import type { AnswerHead, AnswerReader } from './answerReader.ts';
import { EventBytes, type WireEvent, wantedEvents } from './eventBytes.ts';
import { parsedJson, withId } from './translated.ts';
import { ignoredHeaders, type ToldError, type WireWriter } from './wireWriter.ts';

const wanted = wantedEvents(
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'error',
);

export interface TranslatedAnswerOptions {
  host: string;
  writer: WireWriter;
  /** Parameters of the request that had no effect. */
  ignored: readonly string[];
}

export class TranslatedAnswer implements AnswerReader {
  readonly #options: TranslatedAnswerOptions;
  readonly #events = new EventBytes(wanted, maxEventBytes);
  #usage: Usage | undefined;
  #outcome: RelayOutcome = 'truncated';
  #hasBegun = false;
  readonly ping: Uint8Array;

  constructor(options: TranslatedAnswerOptions) {
    this.#options = options;
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
    const { writer } = this.#options;
    const answer = parsedJson(bytes.toString('utf8'));
    const value =
      status < 400
        ? this.#read(() => this.#message(answer))
        : writer.refused(status, told(answer), headers['request-id']);
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
    const passage = this.#events.take(chunk);
    if (!passage) throw upstreamTooLarge(this.#options.host);
    return Buffer.from(passage.events.map((event) => this.#said(event)).join(''));
  }

  broken(error: CausewayError): Uint8Array {
    return Buffer.from(this.#options.writer.failed(error));
  }

  #headers(headers: Record<string, string>): Record<string, string> {
    const { ignored, writer } = this.#options;
    return { ...withId(headers, writer), ...ignoredHeaders(ignored) };
  }

  #message(answer: unknown): object {
    this.#usage = usageOf(answeredMessage.parse(answer).usage);
    return this.#options.writer.whole(answer);
  }

  #said({ name, data }: WireEvent): string {
    const { writer } = this.#options;
    const value = parsedJson(data);
    if (name === 'error') {
      this.#outcome = 'failed';
      return writer.refusedStream(told(value));
    }
    if (name === 'content_block_delta') this.#hasBegun = true;
    if (name === 'message_stop') this.#outcome = 'done';
    const { message, usage = message?.usage } = toldEvent.safeParse(value).data ?? {};
    if (usage) this.#usage = usageOf(usage, this.#usage);
    return this.#read(() => writer.event(wireStreamEvent.parse(value)));
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch {
      throw upstreamUnreadable(this.#options.host);
    }
  }
}

/** Kind and words of an error stay as they are. */
const told = (answer: unknown): ToldError => anthropicErrorBody.safeParse(answer).data?.error ?? {};
