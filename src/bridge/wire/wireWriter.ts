/** Writes an answer, told in the events of Anthropic's wire, as the wire of its client has it. */
import type { CausewayError } from '../../core/errors.ts';
import { errorTypeOf } from '../../protocol/wires/anthropic.ts';
import { ChatStream, completionOf } from '../../protocol/wires/chatAnswer.ts';
import { openAiError } from '../../protocol/wires/openai.ts';
import {
  type ResponseEvent,
  type ResponseFrame,
  ResponsesStream,
  responseOf,
} from '../../protocol/wires/responsesAnswer.ts';
import type { WireStreamEvent } from '../../protocol/wires/sessionAnswer.ts';
import { anthropicError, type ErrorShape, openAiErrorShape } from './wireErrors.ts';

/** Names the parameters that were given and had no effect. */
export const ignoredHeader = 'x-causeway-ignored';

export const ignoredHeaders = (ignored: readonly string[]): Record<string, string> =>
  ignored.length === 0 ? {} : { [ignoredHeader]: [...new Set(ignored)].join(', ') };

/** What upstream said of an error of its own, as far as it could be read. */
export interface ToldError {
  message?: string | undefined;
  type?: string | undefined;
  code?: string | null | undefined;
}

/** One answer; a stream has a writer of its own. */
export interface WireWriter {
  errorShape: ErrorShape;
  /** In which the wire's SDKs look for the id of a request. */
  idHeader: 'request-id' | 'x-request-id';
  /** What the wire calls an option that Anthropic's calls so. */
  nameOf(option: string): string;
  /** A whole answer, given as a message of Anthropic's. Throws a `ZodError` for what is none. */
  whole(message: unknown): object;
  /** One event of Anthropic's stream. Throws a `ZodError` for what is none. */
  event(event: WireStreamEvent): string;
  /** The last of a stream that fails. */
  failed(error: CausewayError): string;
  /** An error that upstream told. */
  refused(status: number, told: ToldError, requestId: string | undefined): object;
  /** The last of a stream in which upstream told an error. */
  refusedStream(told: ToldError): string;
  /** Tells a client that its stream is alive. */
  ping: string;
}

const messageOf = (status: number, { message }: ToldError): string =>
  message || `The API failed with status ${status}.`;
/** What the API answers when it has too much to do, the one error that streams are known to end with. */
const overloaded = 529;

const anthropicRefusal = (status: number, told: ToldError, requestId: string | undefined) => ({
  type: 'error',
  error: { type: errorTypeOf(status), message: messageOf(status, told) },
  ...(requestId === undefined ? {} : { request_id: requestId }),
});

export const anthropicWriter = (): WireWriter => ({
  errorShape: anthropicError,
  idHeader: 'request-id',
  nameOf: (option) => option,
  whole: (message) => Object(message),
  event: (event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
  failed: (error) => `event: error\ndata: ${anthropicError(error).body}\n\n`,
  refused: anthropicRefusal,
  refusedStream: (told) =>
    `event: error\ndata: ${JSON.stringify(anthropicRefusal(overloaded, told, undefined))}\n\n`,
  ping: 'event: ping\ndata: {"type": "ping"}\n\n',
});

const chatNames: Readonly<Record<string, string>> = {
  stop_sequences: 'stop',
  'output_config.format': 'response_format',
  'output_config.effort': 'reasoning_effort',
  thinking: 'reasoning_effort',
  metadata: 'user',
};

const openAiRefusal = (status: number, told: ToldError) =>
  openAiError(messageOf(status, told), told.type ?? errorTypeOf(status), told.code ?? null);

/** `created` is in seconds since the epoch. */
export function openAiWriter(created: number, includeUsage: boolean): WireWriter {
  const stream = new ChatStream(created, includeUsage);
  const line = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
  return {
    errorShape: openAiErrorShape,
    idHeader: 'x-request-id',
    nameOf: (option) => chatNames[option] ?? option,
    whole: (message) => completionOf(message, created).completion,
    event: (event) =>
      event.type === 'message_stop'
        ? `${stream.last().map(line).join('')}data: [DONE]\n\n`
        : stream.read(event).map(line).join(''),
    failed: (error) => `data: ${openAiErrorShape(error).body}\n\n`,
    refused: openAiRefusal,
    refusedStream: (told) => line(openAiRefusal(overloaded, told)),
    ping: ': ping\n\n',
  };
}

const responsesNames: Readonly<Record<string, string>> = {
  'output_config.format': 'text.format',
  'output_config.effort': 'reasoning.effort',
  thinking: 'reasoning.effort',
  metadata: 'user',
};

export function responsesWriter(frame: ResponseFrame): WireWriter {
  const stream = new ResponsesStream(frame);
  const lines = (events: readonly ResponseEvent[]): string =>
    events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
  return {
    errorShape: openAiErrorShape,
    idHeader: 'x-request-id',
    nameOf: (option) => responsesNames[option] ?? option,
    whole: (message) => responseOf(message, frame),
    event: (event) => lines(event.type === 'message_stop' ? stream.last() : stream.read(event)),
    failed: (error) => lines(stream.failed(error.code, error.message)),
    refused: openAiRefusal,
    refusedStream: (told) =>
      lines(stream.failed(told.code ?? told.type ?? null, messageOf(overloaded, told))),
    ping: ': ping\n\n',
  };
}
