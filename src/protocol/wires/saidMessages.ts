/**
 * Messages of Anthropic's wire as Causeway keeps them, and the keys by which a message that a client sends again is
 * known. Pure.
 * Source: https://platform.claude.com/docs/en/api/messages and the types of @anthropic-ai/sdk.
 */
import { z } from 'zod';
import {
  type ContentBlock,
  documentBlock,
  imageBlock,
  redactedThinkingBlock,
  thinkingBlock,
  toolUseBlock,
} from '../content.ts';

/** Words alone stand for a list with one text. It is read as such, so that an error names the part that is wrong. */
const wordsAsBlocks = (value: unknown): unknown =>
  typeof value === 'string' ? [{ type: 'text', text: value }] : value;

/** Where the cache is to keep what was sent is decided anew for each request, and citations belong to an answer. */
const text = z.object({ type: z.literal('text'), text: z.string() });
const document = documentBlock.extend({ title: z.string().nullish() });
const result = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string().min(1),
  content: z.preprocess(wordsAsBlocks, z.array(z.discriminatedUnion('type', [text, imageBlock])).nullish()),
  is_error: z.boolean().nullish(),
});

const userBlocks = z.preprocess(
  wordsAsBlocks,
  z.array(z.discriminatedUnion('type', [text, imageBlock, document, result])),
);
const addressed = z.object({ type: z.literal('url'), url: z.url({ protocol: /^https?$/ }) });
const anyImage = imageBlock.extend({
  source: z.discriminatedUnion('type', [imageBlock.shape.source, addressed]),
});
const plainBlocks = z.preprocess(
  wordsAsBlocks,
  z.array(z.discriminatedUnion('type', [text, anyImage, document, result])),
);
const assistantBlocks = z.preprocess(
  wordsAsBlocks,
  z.array(z.discriminatedUnion('type', [text, thinkingBlock, redactedThinkingBlock, toolUseBlock])),
);

export const wireMessage = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), content: userBlocks }),
  z.object({ role: z.literal('assistant'), content: assistantBlocks }),
]);
export type WireMessage = z.infer<typeof wireMessage>;

/** The same of a call that no session keeps, in which pictures may stand by their address. */
export const plainMessage = z.discriminatedUnion('role', [
  z.object({ role: z.literal('user'), content: plainBlocks }),
  z.object({ role: z.literal('assistant'), content: assistantBlocks }),
]);

export interface PlainMessage {
  role: 'user' | 'assistant';
  content: (ContentBlock | { type: 'linked_image'; url: string })[];
}

export const plainMessages = (messages: readonly z.infer<typeof plainMessage>[]): PlainMessage[] =>
  messages.map(({ role, content }) => ({
    role,
    content: content.flatMap((block): PlainMessage['content'] => {
      if (block.type !== 'image') return said(block);
      const { source } = block;
      return source.type === 'url'
        ? [{ type: 'linked_image', url: source.url }]
        : [{ type: 'image', source }];
    }),
  }));

export interface SaidMessage {
  role: 'user' | 'assistant';
  content: ContentBlock[];
}

/** A text is one text block, and an empty one is none. */
export function saidMessages(messages: readonly WireMessage[]): SaidMessage[] {
  return messages.map(({ role, content }) => ({ role, content: content.flatMap(said) }));
}

const textBlocks = (words: string) => (words === '' ? [] : [{ type: 'text' as const, text: words }]);

function said(block: WireMessage['content'][number]): ContentBlock[] {
  switch (block.type) {
    case 'text':
      return textBlocks(block.text);
    case 'tool_result': {
      const { content, is_error: failed, ...rest } = block;
      const parts = (content ?? []).filter((part) => part.type !== 'text' || part.text !== '');
      return [{ ...rest, content: parts, ...(failed === true ? { is_error: true } : {}) }];
    }
    case 'document': {
      const { title, ...rest } = block;
      return [{ ...rest, ...(typeof title === 'string' ? { title } : {}) }];
    }
    case 'image':
    case 'thinking':
    case 'redacted_thinking':
    case 'tool_use':
      return [block];
    default:
      return block satisfies never;
  }
}

/** One thing that is said in a message: a text, a picture, a call, a result. */
export interface SaidItem {
  role: SaidMessage['role'];
  /** Two items with one key say the same. */
  key: string;
  /** The blocks it stands for, with the thinking before them. */
  content: ContentBlock[];
}

/**
 * What a message says, in its order. Two messages whose items have the same keys are the same message: a client may
 * have taken out the thinking and the citations of an answer, and have joined texts that a citation had parted;
 * whitespace, the ids of calls and the order count.
 */
export function saidItems({ role, content }: SaidMessage): SaidItem[] {
  const items: SaidItem[] = [];
  let thought: ContentBlock[] = [];
  let words: { text: string; content: ContentBlock[] } | undefined;
  const endWords = () => {
    if (words) items.push({ role, key: `${role} text ${words.text}`, content: words.content });
    words = undefined;
  };
  for (const block of content) {
    if (block.type === 'thinking' || block.type === 'redacted_thinking') {
      thought.push(block);
      continue;
    }
    if (block.type === 'text') {
      if (block.text === '') continue;
      if (role === 'user') endWords();
      words ??= { text: '', content: [] };
      words.text += block.text;
      words.content.push(...thought, block);
    } else {
      endWords();
      items.push({ role, key: `${role} ${keyOf(block)}`, content: [...thought, block] });
    }
    thought = [];
  }
  endWords();
  return items;
}

function keyOf(block: Exclude<ContentBlock, { type: 'text' | 'thinking' | 'redacted_thinking' }>): string {
  switch (block.type) {
    case 'tool_use':
      return `tool_use ${canonical([block.id, block.name, block.input])}`;
    case 'tool_result': {
      const parts = block.content.map((part) => (part.type === 'text' ? part.text : part.source));
      return `tool_result ${canonical([block.tool_use_id, block.is_error === true, parts])}`;
    }
    case 'image':
      return `image ${canonical(block.source)}`;
    case 'document':
      return `document ${canonical([block.title ?? null, block.source])}`;
    default:
      return block satisfies never;
  }
}

/** JSON in which the order of an object's fields does not count: it is lost where a client parses and writes it. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}
