/**
 * What a program's own request asks for beside its words, as a server of chat completions is told it. Pure.
 * Sources: https://platform.claude.com/docs/en/api/messages, https://platform.openai.com/docs/api-reference/chat/create.
 */
import type OpenAI from 'openai';
import { z } from 'zod';
import type { ClientOptions } from '../../../protocol/clientOptions.ts';
import type { ChatModel } from './models.ts';
import type { Preset } from './presets.ts';

type Fields = Pick<
  OpenAI.Chat.Completions.ChatCompletionCreateParams,
  'tool_choice' | 'parallel_tool_calls' | 'stop' | 'response_format' | 'reasoning_effort'
>;

export interface ChatOptions {
  fields: Fields;
  /** Schema the answer is to follow that the model cannot be held to. */
  schema?: Record<string, unknown>;
  /** What the server is not told, by its name in Anthropic's wire. */
  unmet: string[];
}

const alone = { disable_parallel_tool_use: z.boolean().optional() };
const toolChoice = z.discriminatedUnion('type', [
  z.object({ type: z.literal('auto'), ...alone }),
  z.object({ type: z.literal('any'), ...alone }),
  z.object({ type: z.literal('tool'), name: z.string(), ...alone }),
  z.object({ type: z.literal('none') }),
]);
const outputFormat = z.object({
  type: z.literal('json_schema'),
  schema: z.record(z.string(), z.unknown()),
});
const effort = z.enum(['low', 'medium', 'high', 'xhigh', 'max']);

/** `hasTools`: the request has some. */
export function chatOptions(
  options: ClientOptions,
  model: Pick<ChatModel, 'tools' | 'structuredOutputs'>,
  preset: Pick<Preset, 'effort'>,
  hasTools: boolean,
): ChatOptions {
  const unmet: string[] = [];
  const fields: Fields = {};
  if (hasTools && !model.tools) unmet.push('tools');
  if (options.tool_choice) {
    const choice = toolChoice.safeParse(options.tool_choice);
    if (choice.success && hasTools && model.tools) Object.assign(fields, choiceFields(choice.data));
    else unmet.push('tool_choice');
  }
  if (options.stop_sequences && options.stop_sequences.length > 0) fields.stop = options.stop_sequences;
  const output = outputOf(options.output_config ?? {}, model, preset);
  if (options.thinking) unmet.push('thinking');
  if (options.metadata) unmet.push('metadata');
  return {
    fields: { ...fields, ...output.fields },
    ...(output.schema === undefined ? {} : { schema: output.schema }),
    unmet: [...unmet, ...output.unmet],
  };
}

function choiceFields(choice: z.infer<typeof toolChoice>): Fields {
  if (choice.type === 'none') return { tool_choice: 'none' };
  const parallel = choice.disable_parallel_tool_use ? { parallel_tool_calls: false } : {};
  switch (choice.type) {
    case 'auto':
      return { tool_choice: 'auto', ...parallel };
    case 'any':
      return { tool_choice: 'required', ...parallel };
    case 'tool':
      return { tool_choice: { type: 'function', function: { name: choice.name } }, ...parallel };
    default:
      return choice satisfies never;
  }
}

function outputOf(
  config: Record<string, unknown>,
  model: Pick<ChatModel, 'structuredOutputs'>,
  preset: Pick<Preset, 'effort'>,
): ChatOptions {
  const all: ChatOptions = { fields: {}, unmet: [] };
  for (const [name, value] of Object.entries(config)) {
    const format = name === 'format' ? outputFormat.safeParse(value).data : undefined;
    const wanted = name === 'effort' ? effort.safeParse(value).data : undefined;
    if (wanted && preset.effort) all.fields.reasoning_effort = wanted;
    else if (format && model.structuredOutputs) all.fields.response_format = heldTo(format.schema);
    else {
      if (format) all.schema = format.schema;
      all.unmet.push(`output_config.${name}`);
    }
  }
  return all;
}

const heldTo = (schema: Record<string, unknown>) => ({
  type: 'json_schema' as const,
  json_schema: { name: 'answer', strict: isStrict(schema), schema },
});

const nested = z.looseObject({
  type: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});

/** Whether each object of a schema names all its fields as required and takes no others, which strictness demands. */
export function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  const parsed = nested.safeParse(schema);
  if (!parsed.success) return typeof schema !== 'object' || schema === null;
  const { properties, required = [], additionalProperties } = parsed.data;
  if (properties || parsed.data.type === 'object') {
    if (additionalProperties !== false) return false;
    if (!Object.keys(properties ?? {}).every((name) => required.includes(name))) return false;
  }
  return Object.values(properties ?? {}).every(isStrict) && subSchemas(parsed.data).every(isStrict);
}

const subSchemas = (schema: Record<string, unknown>): unknown[] => [
  ...['items', 'anyOf', 'allOf', 'oneOf'].flatMap((name) =>
    schema[name] === undefined ? [] : [schema[name]],
  ),
  ...['$defs', 'definitions'].flatMap((name) =>
    Object.values(z.record(z.string(), z.unknown()).safeParse(schema[name]).data ?? {}),
  ),
];
