/** Messages of OpenAI's chat as messages of Anthropic's. Pure. */
import { z } from 'zod';
import { argumentsOf, type Block, documentOf, imageOf, type Said, textsOf } from './blocks.ts';

const textPart = z.object({ type: z.literal('text'), text: z.string() });
const imagePart = z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) });
const filePart = z.object({
  type: z.literal('file'),
  file: z.object({ file_data: z.string(), filename: z.string().optional() }),
});
const refusalPart = z.object({ type: z.literal('refusal'), refusal: z.string() });

const texts = z.union([z.string(), z.array(textPart)]);

const toolCall = z.object({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

export const chatMessage = z.discriminatedUnion('role', [
  z.object({ role: z.literal('system'), content: texts }),
  z.object({ role: z.literal('developer'), content: texts }),
  z.object({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, imagePart, filePart]))]),
  }),
  z.object({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(z.discriminatedUnion('type', [textPart, refusalPart]))]).nullish(),
    tool_calls: z.array(toolCall).nullish(),
  }),
  z.object({ role: z.literal('tool'), tool_call_id: z.string(), content: texts }),
]);
type ChatMessage = z.infer<typeof chatMessage>;

/**
 * What stands in system and developer messages goes before all others, wherever they stood. Neighbours of one role
 * become one message, for results of tools have to stand together after their calls. Throws a `ZodError` that names
 * the field.
 */
export function blocksOf(chat: readonly ChatMessage[]): { system: Block[]; messages: Said[] } {
  const system: Block[] = [];
  const messages: Said[] = [];
  for (const [index, message] of chat.entries()) {
    if (message.role === 'system' || message.role === 'developer') {
      system.push(...textBlocks(message.content));
      continue;
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const content = contentOf(message, index);
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...content);
    else messages.push({ role, content });
  }
  return { system, messages: messages.filter(({ content }) => content.length > 0) };
}

function contentOf(message: Exclude<ChatMessage, { role: 'system' | 'developer' }>, index: number): Block[] {
  switch (message.role) {
    case 'user':
      if (typeof message.content === 'string') return textBlocks(message.content);
      return message.content.flatMap((part, at) => {
        if (part.type === 'text') return textBlocks(part.text);
        return part.type === 'image_url'
          ? [imageOf(part.image_url.url, ['messages', index, 'content', at, 'image_url', 'url'])]
          : [documentOf(part.file, ['messages', index, 'content', at, 'file', 'file_data'])];
      });
    case 'assistant':
      return [
        ...assistantTexts(message.content ?? ''),
        ...(message.tool_calls ?? []).map((call, at) => ({
          type: 'tool_use',
          id: call.id,
          name: call.function.name,
          input: argumentsOf(call.function.arguments, [
            'messages',
            index,
            'tool_calls',
            at,
            'function',
            'arguments',
          ]),
        })),
      ];
    case 'tool':
      return [
        { type: 'tool_result', tool_use_id: message.tool_call_id, content: textBlocks(message.content) },
      ];
    default:
      return message satisfies never;
  }
}

const textBlocks = (content: z.infer<typeof texts>): Block[] =>
  textsOf(typeof content === 'string' ? [content] : content.map(({ text }) => text));

const assistantTexts = (content: string | ({ text: string } | { refusal: string })[]): Block[] =>
  typeof content === 'string'
    ? textBlocks(content)
    : content.flatMap((part) => textBlocks('text' in part ? part.text : part.refusal));
