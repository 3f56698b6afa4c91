/** Anthropic's answers as chat completions, for programs that speak OpenAI's wire. */
import type { CausewayError } from '../../core/errors.ts';
import { upstreamTooLarge, upstreamUnreadable } from '../../core/errors.ts';
import type { RelayOutcome } from '../../core/relay.ts';
import { maxEventBytes } from '../../protocol/bridge.ts';
import type { Usage } from '../../protocol/content.ts';
import { ChatStream, completionOf } from '../../protocol/wires/chatAnswer.ts';
import type { AnswerHead, AnswerReader } from './answerReader.ts';
import { EventBytes, type WireEvent, wantedEvents } from './eventBytes.ts';
import { openAiFailure } from './openAiAnswer.ts';
import { openAiErrorShape } from './wireErrors.ts';

const wanted = wantedEvents(
  'message_start',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
  'error',
);

export interface ChatAnswerOptions {
  host: string;
  /** Seconds since the epoch. */
  created: number;
  includeUsage: boolean;
  /** Parameters of the request that had no effect. */
  ignored: readonly string[];
}

/** Names the parameters that were given and had no effect. */
export const ignoredHeader = 'x-causeway-ignored';

export class ChatAnswer implements AnswerReader {
  readonly #options: ChatAnswerOptions;
  readonly #events = new EventBytes(wanted, maxEventBytes);
  readonly #stream: ChatStream;
  #usage: Usage | undefined;
  #outcome: RelayOutcome = 'truncated';
  #hasBegun = false;
  readonly ping = comment;

  constructor(options: ChatAnswerOptions) {
    this.#options = options;
    this.#stream = new ChatStream(options.created, options.includeUsage);
  }

  get usage(): Usage | undefined {
    return this.#usage ?? this.#stream.usage;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get outcome(): RelayOutcome {
    return this.#outcome;
  }

  whole({ status, headers }: AnswerHead, bytes: Buffer): AnswerHead & { bytes: Uint8Array } {
    const value =
      status < 400 ? this.#completion(bytes) : openAiFailure(status, parse(bytes.toString('utf8')));
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
    return Buffer.from(`data: ${openAiErrorShape(error).body}\n\n`);
  }

  /** OpenAI's SDKs read the id of a request from a header of another name. */
  #headers(headers: Record<string, string>): Record<string, string> {
    const { ignored } = this.#options;
    const id = headers['request-id'];
    return {
      ...headers,
      ...(id === undefined ? {} : { 'x-request-id': id }),
      ...(ignored.length === 0 ? {} : { [ignoredHeader]: ignored.join(', ') }),
    };
  }

  #completion(bytes: Buffer): object {
    try {
      const { completion, usage } = completionOf(parse(bytes.toString('utf8')), this.#options.created);
      this.#usage = usage;
      return completion;
    } catch {
      throw upstreamUnreadable(this.#options.host);
    }
  }

  #said({ name, data }: WireEvent): string {
    const value = parse(data);
    if (name === 'error') {
      this.#outcome = 'failed';
      return line(openAiFailure(529, value));
    }
    if (name === 'message_stop') {
      this.#outcome = 'done';
      return `${this.#stream.last().map(line).join('')}data: [DONE]\n\n`;
    }
    if (name === 'content_block_delta') this.#hasBegun = true;
    try {
      return this.#stream.read(value).map(line).join('');
    } catch {
      throw upstreamUnreadable(this.#options.host);
    }
  }
}

const comment = Buffer.from(': ping\n\n');
const line = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever reads it says what it should have been.
    return undefined;
  }
}
