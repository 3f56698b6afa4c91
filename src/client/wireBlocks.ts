/** The blocks of an answer as they come in a stream of Anthropic's wire, to be sent again with the results of its calls. */
import { z } from 'zod';

const sentBlock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.object({ type: z.literal('redacted_thinking'), data: z.string() }),
  z.object({
    type: z.literal('tool_use'),
    id: z.string(),
    name: z.string(),
    input: z.record(z.string(), z.unknown()),
  }),
]);
export type SentBlock = z.infer<typeof sentBlock>;

const started = z.object({
  type: z.literal('content_block_start'),
  index: z.number(),
  content_block: z.looseObject({ type: z.string() }),
});
const piece = z.object({
  type: z.literal('content_block_delta'),
  index: z.number(),
  delta: z.object({
    text: z.string().optional(),
    thinking: z.string().optional(),
    signature: z.string().optional(),
    partial_json: z.string().optional(),
  }),
});

interface Growing {
  block: Record<string, unknown>;
  json: string;
}

export class AnswerBlocks {
  readonly #blocks = new Map<number, Growing>();

  /** Takes in the data of any event; what is no part of a block changes nothing. */
  take(data: unknown): void {
    const start = started.safeParse(data).data;
    if (start) this.#blocks.set(start.index, { block: { ...start.content_block }, json: '' });
    const more = piece.safeParse(data).data;
    const growing = more && this.#blocks.get(more.index);
    if (!growing) return;
    const { text, thinking, signature, partial_json: json } = more.delta;
    const { block } = growing;
    if (text !== undefined) block.text = `${block.text ?? ''}${text}`;
    if (thinking !== undefined) block.thinking = `${block.thinking ?? ''}${thinking}`;
    if (signature !== undefined) block.signature = signature;
    if (json !== undefined) growing.json += json;
  }

  /** Those that are whole and of a kind that can be sent again, in their order. */
  all(): SentBlock[] {
    return [...this.#blocks]
      .sort(([a], [b]) => a - b)
      .flatMap(([, { block, json }]) => {
        const whole = block.type === 'tool_use' && json !== '' ? { ...block, input: parsed(json) } : block;
        const read = sentBlock.safeParse(whole).data;
        return read === undefined || (read.type === 'text' && read.text === '') ? [] : [read];
      });
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Cut off at the ceiling of the answer: it is no call then.
    return undefined;
  }
}
