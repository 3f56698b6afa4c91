/**
 * The same for a stream that is whole: each part is told with its first event, and its other pieces are left out. All other
 * events stay as they came. Pure.
 */
import { z } from 'zod';
import type { AnswerPart } from '../../core/relay.ts';
import { argumentsOf, type ChangeableAnswer } from './changedWhole.ts';

interface Told {
  raw: string;
  data: unknown;
}

/** One part as it grows. */
interface Grown {
  type: AnswerPart['type'];
  name: string;
  text: string;
}

const started = z.object({
  type: z.literal('content_block_start'),
  index: z.number(),
  content_block: z.looseObject({
    type: z.string(),
    name: z.string().optional(),
    text: z.string().optional(),
  }),
});
const piece = z.object({
  type: z.literal('content_block_delta'),
  index: z.number(),
  delta: z.looseObject({
    type: z.enum(['text_delta', 'input_json_delta']),
    text: z.string().optional(),
    partial_json: z.string().optional(),
  }),
});
const callPiece = z.looseObject({
  index: z.number(),
  function: z.looseObject({ name: z.string().nullish(), arguments: z.string().nullish() }).optional(),
});
const chunk = z.looseObject({
  choices: z.array(
    z.looseObject({
      index: z.number().optional(),
      delta: z.looseObject({ content: z.string().nullish(), tool_calls: z.array(callPiece).nullish() }),
    }),
  ),
});
type CallPiece = z.infer<typeof callPiece>;

/** Of Anthropic's wire. */
export function streamedMessage(bytes: Buffer): ChangeableAnswer {
  const events = eventsIn(bytes);
  const grown = new Map<string, Grown>();
  for (const { data } of events) {
    const start = started.safeParse(data).data;
    const type = start?.content_block.type;
    if (start && (type === 'text' || type === 'tool_use')) {
      const { name = '', text = '' } = start.content_block;
      grown.set(String(start.index), { type, name, text });
    }
    const more = piece.safeParse(data).data;
    const part = more && grown.get(String(more.index));
    if (part) part.text += more.delta.text ?? more.delta.partial_json ?? '';
  }
  return changeable(grown, (parts) =>
    events.flatMap(({ raw, data }) => {
      const more = piece.safeParse(data).data;
      if (more && parts.has(String(more.index))) return [];
      const start = started.safeParse(data).data;
      const part = start && parts.get(String(start.index));
      if (!start || !part) return [raw];
      const { index, content_block: block } = start;
      // Its pieces say all of it, so that its beginning is to say nothing.
      const begins = { ...start, content_block: part.type === 'text' ? { ...block, text: '' } : block };
      const pieces = inPieces(part.type === 'text' ? part.text : JSON.stringify(part.input));
      return [
        named('content_block_start', begins),
        ...pieces.map((text) =>
          named('content_block_delta', {
            type: 'content_block_delta',
            index,
            delta:
              part.type === 'text'
                ? { type: 'text_delta', text }
                : { type: 'input_json_delta', partial_json: text },
          }),
        ),
      ];
    }),
  );
}

/** Of chat completions. */
export function streamedCompletion(bytes: Buffer): ChangeableAnswer {
  const events = eventsIn(bytes);
  const grown = new Map<string, Grown>();
  for (const { data } of events)
    for (const { index = 0, delta } of chunk.safeParse(data).data?.choices ?? []) {
      if (delta.content) grow(grown, `${index}`, 'text', '', delta.content);
      for (const one of delta.tool_calls ?? [])
        grow(
          grown,
          `${index} ${one.index}`,
          'tool_use',
          one.function?.name ?? '',
          one.function?.arguments ?? '',
        );
    }
  return changeable(grown, (parts) => {
    const left = new Map(parts);
    const take = (key: string): AnswerPart | undefined => {
      const part = left.get(key);
      left.delete(key);
      return part;
    };
    const callOf = (choice: number, one: CallPiece): CallPiece => {
      const key = `${choice} ${one.index}`;
      if (!parts.has(key)) return one;
      const part = take(key);
      const text = part?.type === 'tool_use' ? JSON.stringify(part.input) : '';
      return { ...one, function: { ...one.function, arguments: text } };
    };
    return events.map(({ raw, data }) => {
      const read = chunk.safeParse(data).data;
      if (!read) return raw;
      const choices = read.choices.map((choice) => {
        const { index = 0, delta } = choice;
        const text = delta.content && parts.has(`${index}`) ? take(`${index}`) : undefined;
        const isTold = delta.content && parts.has(`${index}`);
        return {
          ...choice,
          delta: {
            ...delta,
            ...(isTold ? { content: text?.type === 'text' ? text.text : '' } : {}),
            ...(delta.tool_calls ? { tool_calls: delta.tool_calls.map((one) => callOf(index, one)) } : {}),
          },
        };
      });
      return `data: ${JSON.stringify({ ...read, choices })}`;
    });
  });
}

function grow(grown: Map<string, Grown>, key: string, type: Grown['type'], name: string, text: string): void {
  const part = grown.get(key);
  if (!part) grown.set(key, { type, name, text });
  else {
    part.text += text;
    part.name += name;
  }
}

/** A call whose arguments are no object, as of an answer that broke off, stays as it is. */
function changeable(
  grown: Map<string, Grown>,
  lines: (parts: Map<string, AnswerPart>) => string[],
): ChangeableAnswer {
  const parts = new Map<string, AnswerPart>();
  for (const [key, { type, name, text }] of grown) {
    const given = type === 'tool_use' ? argumentsOf(text) : undefined;
    if (type === 'text') parts.set(key, { type, text });
    else if (given) parts.set(key, { type, name, input: given });
  }
  return {
    parts: [...parts.values()],
    with(changed) {
      const byKey = new Map(
        [...parts.keys()].flatMap((key, at) => {
          const part = changed[at];
          return part ? [[key, part] as const] : [];
        }),
      );
      return Buffer.from(`${lines(byKey).join('\n\n')}\n\n`);
    },
  };
}

/** Characters of one piece: its event is far below what an event may have. */
const longestPiece = 64 * 1024;

const inPieces = (text: string): string[] =>
  Array.from({ length: Math.ceil(text.length / longestPiece) }, (_, at) =>
    text.slice(at * longestPiece, (at + 1) * longestPiece),
  );

const named = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}`;

/** Throws for what cannot be read: words may stand in it that nobody would see. */
function eventsIn(bytes: Buffer): Told[] {
  return bytes
    .toString('utf8')
    .split(/(?:\r?\n){2,}/)
    .filter((raw) => raw.trim() !== '')
    .map((raw) => {
      // Separators of lines and paragraphs (U+2028, U+2029) end no line here, and may stand in a text.
      const lines = raw.split(/\r?\n/).flatMap((line) => /^data: ?(.*)$/s.exec(line)?.[1] ?? []);
      const text = lines.join('\n');
      return { raw, data: text === '' || text.trim() === '[DONE]' ? undefined : JSON.parse(text) };
    });
}
