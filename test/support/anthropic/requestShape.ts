/** The body of `POST /v1/messages`; source: https://platform.claude.com/docs/en/api/messages/create. */
import { z } from 'zod';
import { contextManagement } from './contextManagement.ts';
import { message, shapes } from './shapes.ts';

const customTool = z.strictObject({
  type: z.literal('custom').nullish(),
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
  description: z.string().optional(),
  input_schema: z.looseObject({
    type: z.literal('object'),
    properties: z.record(z.string(), z.unknown()).nullish(),
    required: z.array(z.string()).nullish(),
  }),
  strict: z.boolean().optional(),
  defer_loading: z.boolean().optional(),
  eager_input_streaming: z.boolean().nullish(),
  input_examples: z.array(z.record(z.string(), z.unknown())).optional(),
  cache_control: shapes.cacheControl,
});
const memoryTool = z.strictObject({
  type: z.literal('memory_20250818'),
  name: z.literal('memory'),
  cache_control: shapes.cacheControl,
});

const parallel = { disable_parallel_tool_use: z.boolean().optional() };
const toolChoice = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('auto'), ...parallel }),
  z.strictObject({ type: z.literal('any'), ...parallel }),
  z.strictObject({ type: z.literal('tool'), name: z.string(), ...parallel }),
  z.strictObject({ type: z.literal('none') }),
]);

const display = z.enum(['summarized', 'omitted']).nullish();
const thinking = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('enabled'), budget_tokens: z.number().int().min(1024), display }),
  z.strictObject({ type: z.literal('adaptive'), display }),
  z.strictObject({ type: z.literal('between_tools') }),
  z.strictObject({ type: z.literal('disabled') }),
]);

/** What counting a request takes as well. */
const counted = {
  model: z.string().min(1),
  messages: z.array(message).min(1).max(100_000),
  system: z.union([z.string(), z.array(shapes.text)]).optional(),
  tools: z.array(z.union([customTool, memoryTool])).optional(),
  tool_choice: toolChoice.optional(),
  thinking: thinking.optional(),
  cache_control: shapes.cacheControl,
  output_config: z
    .strictObject({
      effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
      format: z
        .strictObject({ type: z.literal('json_schema'), schema: z.record(z.string(), z.unknown()) })
        .nullish(),
    })
    .optional(),
  speed: z.enum(['standard', 'fast']).nullish(),
  context_management: contextManagement,
};

export const countBody = z.strictObject(counted);

export const messagesBody = z.strictObject({
  ...counted,
  max_tokens: z.number().int().min(0),
  stream: z.boolean().optional(),
  stop_sequences: z.array(z.string()).optional(),
  metadata: z.strictObject({ user_id: z.string().max(256).nullish() }).optional(),
  diagnostics: z.strictObject({ previous_message_id: z.string().nullish() }).nullish(),
  service_tier: z.enum(['auto', 'standard_only']).optional(),
  inference_geo: z.string().nullish(),
  // Removed in version 2026-10-21, where they are refused by name.
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.number().int().min(0).optional(),
});
export type MessagesBody = z.infer<typeof messagesBody>;
