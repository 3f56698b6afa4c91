/** Whether an answer as a client got it is whole and one that may be given again, and what it says. Pure. */
import { z } from 'zod';
import type { RelayWire } from '../../core/relay.ts';

/** Reasons for which an answer ends by itself: not at its ceiling, with a refusal, or for a call of a tool. */
const ended = z.enum(['end_turn', 'stop_sequence']);
const textBlock = z.looseObject({ type: z.literal('text'), text: z.string() });
const thinkingBlock = z.looseObject({ type: z.enum(['thinking', 'redacted_thinking']) });
const message = z.object({
  type: z.literal('message'),
  stop_reason: ended,
  content: z.array(z.union([textBlock, thinkingBlock])).min(1),
});
const completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.literal('stop'),
        message: z.object({
          content: z.string(),
          refusal: z.null().optional(),
          tool_calls: z.undefined().optional(),
        }),
      }),
    )
    .min(1),
});
const streamed = z.looseObject({
  type: z.string().optional(),
  error: z.unknown().optional(),
  content_block: z.looseObject({ type: z.string() }).optional(),
  delta: z
    .looseObject({
      text: z.string().optional(),
      thinking: z.string().optional(),
      stop_reason: z.string().nullish(),
    })
    .optional(),
  choices: z
    .array(
      z.looseObject({
        finish_reason: z.string().nullish(),
        delta: z.looseObject({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z.unknown().optional(),
        }),
      }),
    )
    .optional(),
});
type Streamed = z.infer<typeof streamed>;

/** What it says; undefined for what must not be given a second time. */
export function plainAnswer(wire: RelayWire, bytes: Uint8Array, streams: boolean): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  if (streams) return streamedAnswer(wire, text);
  const value = jsonOf(text);
  if (wire === 'anthropic') return message.safeParse(value).success ? text : undefined;
  return completion.safeParse(value).success ? text : undefined;
}

/** The pieces joined, since a secret may lie across two of them. */
function streamedAnswer(wire: RelayWire, text: string): string | undefined {
  const data = [...text.matchAll(/^data: ?(.*)$/gm)].map(([, line = '']) => line);
  const last = data.at(-1);
  const events = data
    .filter((line) => line !== '[DONE]')
    .map((line) => streamed.safeParse(jsonOf(line)).data);
  const isOver = wire === 'anthropic' ? events.at(-1)?.type === 'message_stop' : last === '[DONE]';
  const known = events.filter((event) => event !== undefined);
  if (!isOver || known.length < events.length || known.some(isNoAnswer)) return undefined;
  const reasons = known.flatMap(({ delta, choices }) => [
    delta?.stop_reason,
    ...(choices ?? []).map(({ finish_reason }) => finish_reason),
  ]);
  const told = reasons.filter((reason) => reason !== undefined && reason !== null);
  if (told.length === 0 || !told.every((one) => ended.safeParse(one).success || one === 'stop'))
    return undefined;
  return known.map(saidIn).join('');
}

const isNoAnswer = ({ type, error, content_block, choices }: Streamed): boolean =>
  type === 'error' ||
  (error !== undefined && error !== null) ||
  !['text', 'thinking', 'redacted_thinking'].includes(content_block?.type ?? 'text') ||
  (choices ?? []).some(({ delta }) => delta.tool_calls !== undefined || typeof delta.refusal === 'string');

const saidIn = ({ delta, choices }: Streamed): string =>
  (delta?.text ?? delta?.thinking ?? '') + (choices ?? []).map((one) => one.delta.content ?? '').join('');

/** All texts in a value, be they names or content. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value) ? value.flatMap(textsIn) : Object.entries(value).flat().flatMap(textsIn);
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is nothing that is kept.
    return undefined;
  }
}
