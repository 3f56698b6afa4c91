/** Refuses what the API refuses, with its kind of message. */
import { z } from 'zod';
import { refuse } from './errors.ts';

const cacheControl = z
  .strictObject({ type: z.literal('ephemeral'), ttl: z.enum(['5m', '1h']).optional() })
  .nullish();
const cached = { cache_control: cacheControl };
const base64 = z.base64();
const text = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  citations: z.array(z.unknown()).nullish(),
  ...cached,
});
const image = z.strictObject({
  type: z.literal('image'),
  source: z.union([
    z.strictObject({
      type: z.literal('base64'),
      media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
      data: base64,
    }),
    z.strictObject({ type: z.literal('url'), url: z.url() }),
  ]),
  ...cached,
});
const document = z.strictObject({
  type: z.literal('document'),
  source: z.union([
    z.strictObject({ type: z.literal('base64'), media_type: z.literal('application/pdf'), data: base64 }),
    z.strictObject({ type: z.literal('text'), media_type: z.literal('text/plain'), data: z.string() }),
    z.strictObject({ type: z.literal('url'), url: z.url() }),
  ]),
  title: z.string().nullish(),
  context: z.string().nullish(),
  citations: z.strictObject({ enabled: z.boolean() }).nullish(),
  ...cached,
});
const toolUse = z.strictObject({
  type: z.literal('tool_use'),
  id: z.string().regex(/^[\w-]+$/),
  name: z.string().regex(/^[\w-]{1,128}$/),
  input: z.record(z.string(), z.unknown()),
  ...cached,
});
const toolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().regex(/^[\w-]+$/),
  content: z.union([z.string(), z.array(z.discriminatedUnion('type', [text, image, document]))]).optional(),
  is_error: z.boolean().optional(),
  ...cached,
});
const thinking = z.strictObject({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string().min(1),
});
const redacted = z.strictObject({ type: z.literal('redacted_thinking'), data: z.string() });
const block = z.discriminatedUnion('type', [text, image, document, toolUse, toolResult, thinking, redacted]);
export type FakeBlock = z.infer<typeof block>;

const message = z.strictObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: z.union([z.string(), z.array(block)]),
});
const tool = z.looseObject({
  name: z.string().regex(/^[\w-]{1,128}$/),
  input_schema: z.looseObject({ type: z.literal('object') }),
  ...cached,
});

const body = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.number().int().min(0),
  messages: z.array(message).min(1).max(100_000),
  system: z.union([z.string(), z.array(text)]).optional(),
  tools: z.array(tool).optional(),
  tool_choice: z.looseObject({ type: z.enum(['auto', 'any', 'tool', 'none']) }).optional(),
  stream: z.boolean().optional(),
  stop_sequences: z.array(z.string()).optional(),
  thinking: z
    .union([
      z.strictObject({
        type: z.literal('enabled'),
        budget_tokens: z.number().int().min(1024),
        display: z.string().optional(),
      }),
      z.strictObject({ type: z.literal('adaptive'), display: z.enum(['summarized', 'omitted']).optional() }),
      z.strictObject({ type: z.literal('disabled') }),
    ])
    .optional(),
  metadata: z.looseObject({}).optional(),
  cache_control: cacheControl,
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().optional(),
  top_k: z.number().optional(),
  service_tier: z.enum(['auto', 'standard_only']).optional(),
  output_config: z.looseObject({}).optional(),
});
export type MessagesBody = z.infer<typeof body>;

export interface FakeMessage {
  role: 'user' | 'assistant' | 'system';
  content: FakeBlock[];
}

export const blocksOf = (content: string | FakeBlock[]): FakeBlock[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

/** Parses a body as the API does for the given `anthropic-version`. Throws `ApiFailure`. */
export function parseBody(value: unknown, version: string, counting = false): MessagesBody {
  const parsed = body.safeParse(counting && typeof value === 'object' ? { max_tokens: 1, ...value } : value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    refuse(`${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'Invalid'}`);
  }
  const request = parsed.data;
  if (version === '2026-10-21') {
    for (const name of ['temperature', 'top_p', 'top_k'] as const) {
      if (request[name] !== undefined) refuse(`${name}: Extra inputs are not permitted`);
    }
  }
  const messages = request.messages.map(({ role, content }) => ({ role, content: blocksOf(content) }));
  checkMessages(messages, version);
  checkBreakpoints(request);
  return request;
}

function checkMessages(messages: readonly FakeMessage[], version: string): void {
  if (messages.find(({ role }) => role !== 'system')?.role !== 'user')
    refuse('messages: first message must use the "user" role');
  for (const [index, { role, content }] of messages.entries()) {
    const at = `messages.${index}`;
    if (content.length === 0 && index < messages.length - 1)
      refuse(`${at}: all messages must have non-empty content`);
    for (const [place, part] of content.entries()) {
      if (part.type === 'text' && part.text === '')
        refuse(`${at}.content.${place}: text content blocks must be non-empty`);
      if (part.type === 'text' && part.text.trim() === '') {
        refuse(`${at}.content.${place}: text content blocks must contain non-whitespace text`);
      }
      if (role === 'user' && ['tool_use', 'thinking', 'redacted_thinking'].includes(part.type)) {
        refuse(`${at}: \`${part.type}\` blocks can only be in \`assistant\` messages`);
      }
      if (role === 'assistant' && (part.type === 'tool_result' || part.type === 'image')) {
        refuse(`${at}: \`${part.type}\` blocks can only be in \`user\` messages`);
      }
      if (version === '2026-10-21' && role === 'assistant' && part.type === 'document') {
        refuse(`${at}: \`document\` blocks can only be in \`user\` messages`);
      }
      if (
        version === '2026-10-21' &&
        role === 'user' &&
        part.type === 'text' &&
        (part.citations?.length ?? 0) > 0
      ) {
        refuse(`${at}.content.${place}.citations: Extra inputs are not permitted`);
      }
    }
    checkToolPairs(messages, index);
  }
}

function checkToolPairs(messages: readonly FakeMessage[], index: number): void {
  const current = messages[index];
  const before = messages[index - 1];
  const called = new Set(
    before?.role === 'assistant'
      ? before.content.flatMap((part) => (part.type === 'tool_use' ? [part.id] : []))
      : [],
  );
  const results =
    current?.content.flatMap((part) => (part.type === 'tool_result' ? [part.tool_use_id] : [])) ?? [];
  for (const id of results) {
    if (!called.has(id)) {
      refuse(
        `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
    called.delete(id);
  }
  if (current && called.size > 0) {
    refuse(
      `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${[...called].join(', ')}`,
    );
  }
}

function checkBreakpoints(request: MessagesBody): void {
  const parts = [
    ...(request.tools ?? []),
    ...(typeof request.system === 'string' ? [] : (request.system ?? [])),
    ...request.messages.flatMap(({ content }) => blocksOf(content)),
  ];
  const controls = parts.flatMap((part) =>
    'cache_control' in part && part.cache_control ? [part.cache_control as { ttl?: string }] : [],
  );
  if (controls.length + (request.cache_control ? 1 : 0) > 4) {
    refuse(`A maximum of 4 blocks with cache_control may be provided. Found ${controls.length}.`);
  }
  const firstShort = controls.findIndex(({ ttl }) => ttl !== '1h');
  if (firstShort >= 0 && controls.slice(firstShort).some(({ ttl }) => ttl === '1h')) {
    refuse(
      'cache_control: a ttl="1h" cache_control block must not come after a ttl="5m" cache_control block.',
    );
  }
}
