/** A request of Anthropic's wire as it goes to a server that speaks chat completions. */
import { z } from 'zod';
import type { RelayedModel } from '../../core/assistant.ts';
import type { ReadPlainRequest } from '../../protocol/wires/sessionRequest.ts';
import { readTopLevel } from './topLevel.ts';

/** Below a server's base URL. */
export const chatPath = '/chat/completions';

/** Both wires have them, and in one sense, but that OpenAI's temperature goes further. */
const sampling = ['temperature', 'top_p'] as const;

export interface ServerBody {
  body: Buffer;
  /** What of the request the model is not told, by its name in Anthropic's wire. */
  unmet: string[];
}

/** `given` is the request as it came, of which the sampling is kept. */
export function serverBody(
  { model, chatBody, unmet }: RelayedModel,
  read: ReadPlainRequest,
  given: Record<string, unknown>,
): ServerBody {
  const { stream_options, ...body } = chatBody({
    model: model.id,
    system: read.system.map((text) => ({ text })),
    messages: read.messages,
    tools: read.tools,
    maxOutputTokens: read.maxOutputTokens,
    question: '',
    client: read.options,
  });
  const kept = Object.fromEntries(
    sampling.flatMap((name) => (typeof given[name] === 'number' ? [[name, given[name]]] : [])),
  );
  const streams = read.stream
    ? { stream: true, ...(stream_options === undefined ? {} : { stream_options }) }
    : { stream: false };
  return {
    body: Buffer.from(JSON.stringify({ ...body, ...kept, ...streams })),
    unmet: [...read.ignored.filter((name) => !(name in kept)), ...unmet(read.options, read.tools.length > 0)],
  };
}

const beginning = z.object({
  system: z.unknown().optional(),
  messages: z.array(z.looseObject({ role: z.string().optional() })).catch([]),
});

/** As `firstSaid`, of a body as it came. Throws `body_not_json`. */
export const beginningOf = (bytes: Buffer): string => firstSaid(readTopLevel(bytes, ['system', 'messages']));

/** With what a conversation begins: its system prompt, and all up to the first words of its user. */
export function firstSaid(body: unknown): string {
  const { system, messages } = beginning.parse(body);
  const first = messages.findIndex(({ role }) => role === 'user');
  return JSON.stringify([system ?? null, messages.slice(0, first + 1)]);
}
