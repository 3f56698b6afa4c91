/** Writes the answer of a session's turn as one wire has it. */
import type { CausewayError } from '../../core/errors.ts';
import { ChatStream, completionOf } from '../../protocol/wires/chatAnswer.ts';
import type { WireStreamEvent } from '../../protocol/wires/sessionAnswer.ts';
import { ignoredHeader } from './chatAnswer.ts';
import { anthropicError, type ErrorShape, openAiErrorShape } from './wireErrors.ts';

export interface WireWriter {
  errorShape: ErrorShape;
  /** What the wire calls an option that Anthropic's calls so. */
  nameOf(option: string): string;
  /** A whole answer, given as a message of Anthropic's. */
  whole(message: object): object;
  /** One event of Anthropic's stream. */
  event(event: WireStreamEvent): string;
  /** The last of a stream that fails. */
  failed(error: CausewayError): string;
}

export const ignoredHeaders = (ignored: readonly string[]): Record<string, string> =>
  ignored.length === 0 ? {} : { [ignoredHeader]: [...new Set(ignored)].join(', ') };

export const anthropicWriter: WireWriter = {
  errorShape: anthropicError,
  nameOf: (option) => option,
  whole: (message) => message,
  event: (event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
  failed: (error) => `event: error\ndata: ${anthropicError(error).body}\n\n`,
};

const chatNames: Readonly<Record<string, string>> = {
  stop_sequences: 'stop',
  'output_config.format': 'response_format',
  'output_config.effort': 'reasoning_effort',
  thinking: 'reasoning_effort',
  metadata: 'user',
};

/** `created` is in seconds since the epoch. */
export function openAiWriter(created: number, includeUsage: boolean): WireWriter {
  const stream = new ChatStream(created, includeUsage);
  const line = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
  return {
    errorShape: openAiErrorShape,
    nameOf: (option) => chatNames[option] ?? option,
    whole: (message) => completionOf(message, created).completion,
    event: (event) =>
      event.type === 'message_stop'
        ? `${stream.last().map(line).join('')}data: [DONE]\n\n`
        : stream.read(event).map(line).join(''),
    failed: (error) => `data: ${openAiErrorShape(error).body}\n\n`,
  };
}
