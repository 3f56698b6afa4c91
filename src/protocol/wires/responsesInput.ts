/** Items of OpenAI's Responses as messages of Anthropic's. Pure. */
import { z } from 'zod';
import { argumentsOf, type Block, documentOf, imageOf, refuse, type Said, textsOf } from './blocks.ts';

const inputText = z.object({ type: z.literal('input_text'), text: z.string() });
const inputImage = z.object({
  type: z.literal('input_image'),
  image_url: z.string({ error: 'the picture itself, or its address' }),
});
const inputFile = z.object({
  type: z.literal('input_file'),
  file_data: z.string({ error: 'the file itself' }),
  filename: z.string().optional(),
});
const outputText = z.object({ type: z.literal('output_text'), text: z.string() });
const refusal = z.object({ type: z.literal('refusal'), refusal: z.string() });

/** Words alone stand for a list with one text. It is read as such, so that an error names the part that is wrong. */
const wordsAsParts = (value: unknown): unknown =>
  typeof value === 'string' ? [{ type: 'input_text', text: value }] : value;

const message = z.object({
  type: z.literal('message'),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content: z.preprocess(
    wordsAsParts,
    z.array(z.discriminatedUnion('type', [inputText, inputImage, inputFile, outputText, refusal])),
  ),
});
const call = z.object({
  type: z.literal('function_call'),
  call_id: z.string().min(1),
  name: z.string().min(1),
  arguments: z.string(),
});
const result = z.object({
  type: z.literal('function_call_output'),
  call_id: z.string().min(1),
  output: z.preprocess(wordsAsParts, z.array(z.discriminatedUnion('type', [inputText, inputImage]))),
});
/** What a model thought comes back with its answer, and has no place in another wire. */
const reasoning = z.object({ type: z.literal('reasoning') });

/** A message may come without its type. */
const withType = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !('type' in value) ? { ...value, type: 'message' } : value;

const item = z.preprocess(withType, z.discriminatedUnion('type', [message, call, result, reasoning]));
/** The same of the input itself, which is then a message of the user's. */
const wordsAsItems = (value: unknown): unknown =>
  typeof value === 'string' ? [{ type: 'message', role: 'user', content: value }] : value;
export const responsesInput = z.preprocess(wordsAsItems, z.array(item).min(1));
type Item = z.infer<typeof item>;

/**
 * What stands in system and developer messages goes before all others, wherever they stood. Neighbours of one role become
 * one message, for calls belong to one, and so do their results. Throws a `ZodError` that names the field.
 */
export function saidIn(input: z.infer<typeof responsesInput>): { system: Block[]; messages: Said[] } {
  const system: Block[] = [];
  const messages: Said[] = [];
  for (const [index, one] of input.entries()) {
    const said = saidBy(one, ['input', index]);
    if (said.role === 'system') {
      system.push(...said.content);
      continue;
    }
    const { role, content } = said;
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) messages.push({ role, content: [...content] });
  }
  return { system, messages };
}

type Path = (string | number)[];

function saidBy(one: Item, path: Path): { role: Said['role'] | 'system'; content: Block[] } {
  switch (one.type) {
    case 'message':
      return messageOf(one, [...path, 'content']);
    case 'function_call': {
      const input = argumentsOf(one.arguments, [...path, 'arguments']);
      return { role: 'assistant', content: [{ type: 'tool_use', id: one.call_id, name: one.name, input }] };
    }
    case 'function_call_output': {
      const { call_id: id, output } = one;
      const content = partsOf(output, [...path, 'output']);
      return { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content }] };
    }
    case 'reasoning':
      return { role: 'assistant', content: [] };
    default:
      return one satisfies never;
  }
}

function messageOf({ role, content }: z.infer<typeof message>, path: Path) {
  const parts = partsOf(content, path);
  if (role === 'user') return { role, content: parts };
  const other = parts.findIndex(({ type }) => type !== 'text');
  if (other >= 0) return refuse([...path, other], `texts alone in a message of the ${role}`);
  return { role: role === 'assistant' ? role : ('system' as const), content: parts };
}

type Part = z.infer<
  typeof inputText | typeof inputImage | typeof inputFile | typeof outputText | typeof refusal
>;

const partsOf = (parts: readonly Part[], path: Path): Block[] =>
  parts.flatMap((part, at): Block[] => {
    switch (part.type) {
      case 'input_text':
      case 'output_text':
        return textsOf([part.text]);
      case 'refusal':
        return textsOf([part.refusal]);
      case 'input_image':
        return [imageOf(part.image_url, [...path, at, 'image_url'])];
      case 'input_file':
        return [documentOf(part, [...path, at, 'file_data'])];
      default:
        return part satisfies never;
    }
  });
