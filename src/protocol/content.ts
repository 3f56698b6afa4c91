/**
 * Content blocks in Anthropic's form, the canonical message of Causeway.
 * Source: https://platform.claude.com/docs/en/api/messages and the types of @anthropic-ai/sdk.
 */
import { z } from 'zod';

/** Image types the Messages API accepts. */
export const imageMediaTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;

/** A place in a workspace file. Lines count from 1 and both ends are included. */
export const citation = z.object({
  /** Number of the citation within its answer, from 1. */
  index: z.number().int().positive(),
  uri: z.string(),
  /** Path as people see it: relative to the workspace folder, with forward slashes. */
  path: z.string(),
  startLine: z.number().int().positive(),
  endLine: z.number().int().positive(),
  quote: z.string(),
});
export type Citation = z.infer<typeof citation>;

const base64Source = <T extends z.ZodType>(mediaType: T) =>
  z.object({ type: z.literal('base64'), media_type: mediaType, data: z.base64() });

export const textBlock = z.object({
  type: z.literal('text'),
  text: z.string(),
  citations: z.array(citation).optional(),
});
export const imageBlock = z.object({
  type: z.literal('image'),
  source: base64Source(z.enum(imageMediaTypes)),
});
export const documentBlock = z.object({
  type: z.literal('document'),
  source: z.discriminatedUnion('type', [
    base64Source(z.literal('application/pdf')),
    z.object({ type: z.literal('text'), media_type: z.literal('text/plain'), data: z.string() }),
  ]),
  title: z.string().optional(),
});
/** `signature` proves to the API that thinking was not altered; it goes back as it came. */
export const thinkingBlock = z.object({
  type: z.literal('thinking'),
  thinking: z.string(),
  signature: z.string(),
});
export const redactedThinkingBlock = z.object({ type: z.literal('redacted_thinking'), data: z.string() });
export const toolUseBlock = z.object({
  type: z.literal('tool_use'),
  id: z.string().min(1),
  name: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
});
export const toolResultBlock = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string().min(1),
  content: z.array(z.discriminatedUnion('type', [textBlock, imageBlock])),
  is_error: z.boolean().optional(),
});

export const userBlock = z.discriminatedUnion('type', [textBlock, imageBlock, documentBlock]);
export const assistantBlock = z.discriminatedUnion('type', [
  textBlock,
  thinkingBlock,
  redactedThinkingBlock,
  toolUseBlock,
]);
export const contentBlock = z.discriminatedUnion('type', [
  textBlock,
  imageBlock,
  documentBlock,
  thinkingBlock,
  redactedThinkingBlock,
  toolUseBlock,
  toolResultBlock,
]);

export type ToolUseBlock = z.infer<typeof toolUseBlock>;
export type ToolResultBlock = z.infer<typeof toolResultBlock>;
export type UserBlock = z.infer<typeof userBlock>;
export type AssistantBlock = z.infer<typeof assistantBlock>;
export type ContentBlock = z.infer<typeof contentBlock>;

/** Token counts of one response as the API reports them; total input is the sum of the three input fields. */
export const usage = z.object({
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cacheCreationTokens: z.number().int().nonnegative(),
  /** The part of `cacheCreationTokens` written with a lifetime of one hour. */
  cacheCreation1hTokens: z.number().int().nonnegative().optional(),
  cacheReadTokens: z.number().int().nonnegative(),
});
export type Usage = z.infer<typeof usage>;

/** Stop reasons of the Messages API. */
export const stopReasons = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
] as const;
export const stopReason = z.enum(stopReasons);
export type StopReason = z.infer<typeof stopReason>;

/** The text of all text blocks, joined by blank lines. */
export function plainText(blocks: readonly ContentBlock[]): string {
  return blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n');
}
