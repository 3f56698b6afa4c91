/** The shapes of a request that the fake takes: the parts of the Messages API that need no server tools. */
import { z } from 'zod';

const cacheControl = z
  .strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() })
  .nullish();
const cached = { cache_control: cacheControl };

const location = {
  cited_text: z.string(),
  document_index: z.number().int().min(0),
  document_title: z.string().nullable(),
  // Answers carry it, and clients send answers back as they came.
  file_id: z.string().nullish(),
};
const citation = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('char_location'),
    ...location,
    start_char_index: z.number().int(),
    end_char_index: z.number().int(),
  }),
  z.strictObject({
    type: z.literal('page_location'),
    ...location,
    start_page_number: z.number().int(),
    end_page_number: z.number().int(),
  }),
  z.strictObject({
    type: z.literal('content_block_location'),
    ...location,
    start_block_index: z.number().int(),
    end_block_index: z.number().int(),
  }),
  z.strictObject({
    type: z.literal('search_result_location'),
    cited_text: z.string(),
    search_result_index: z.number().int(),
    source: z.string(),
    title: z.string().nullable(),
    start_block_index: z.number().int(),
    end_block_index: z.number().int(),
  }),
]);

const text = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  citations: z.array(citation).nullish(),
  ...cached,
});
const fileSource = z.strictObject({ type: z.literal('file'), file_id: z.string() });
const urlSource = z.strictObject({ type: z.literal('url'), url: z.url() });
const image = z.strictObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('base64'),
      media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
      data: z.string(),
    }),
    urlSource,
    fileSource,
  ]),
  transformations: z.strictObject({ oversized_image: z.enum(['downsize', 'error']).optional() }).nullish(),
  ...cached,
});
const document = z.strictObject({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('base64'), media_type: z.literal('application/pdf'), data: z.string() }),
    z.strictObject({ type: z.literal('text'), media_type: z.literal('text/plain'), data: z.string() }),
    z.strictObject({
      type: z.literal('content'),
      content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, image]))]),
    }),
    urlSource,
    fileSource,
  ]),
  title: z.string().nullish(),
  context: z.string().nullish(),
  citations: z.strictObject({ enabled: z.boolean().optional() }).nullish(),
  ...cached,
});
const searchResult = z.strictObject({
  type: z.literal('search_result'),
  source: z.string(),
  title: z.string(),
  content: z.array(text).min(1),
  citations: z.strictObject({ enabled: z.boolean().optional() }).optional(),
  ...cached,
});
const toolUse = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,200}$/),
  input: z.record(z.string(), z.unknown()),
  caller: z.strictObject({ type: z.literal('direct') }).optional(),
  ...cached,
});
const toolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().regex(/^[a-zA-Z0-9_-]+$/),
  content: z
    .union([z.string(), z.array(z.discriminatedUnion('type', [text, image, document, searchResult]))])
    .optional(),
  is_error: z.boolean().optional(),
  ...cached,
});
const thinking = z.strictObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string(),
});
const redacted = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() });

const block = z.discriminatedUnion('type', [
  text,
  image,
  document,
  searchResult,
  toolUse,
  toolResult,
  thinking,
  redacted,
]);
export type FakeBlock = z.infer<typeof block>;

export const message = z.discriminatedUnion('role', [
  z.strictObject({
    role: z.enum(['user', 'assistant']),
    content: z.union([z.string(), z.array(block)]),
  }),
  z.strictObject({ role: z.literal('system'), content: z.union([z.string(), z.array(text)]) }),
]);
export interface FakeMessage {
  role: 'user' | 'assistant' | 'system';
  content: FakeBlock[];
}

export const shapes = { cacheControl, text };

/** A string is shorthand for one text block. */
export const blocksOf = (content: string | FakeBlock[]): FakeBlock[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;
