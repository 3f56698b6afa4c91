/**
 * From a request of OpenAI's chat completions to one of Anthropic's messages. Pure.
 * Sources: https://platform.openai.com/docs/api-reference/chat and https://platform.claude.com/docs/en/api/messages.
 */
import { z } from 'zod';
import { blocksOf, chatMessage } from './chatMessages.ts';

const schema = z.record(z.string(), z.unknown());

const functionTool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: z.string(),
    description: z.string().optional(),
    parameters: schema.optional(),
  }),
});

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
]);

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({ type: z.literal('json_schema'), json_schema: z.object({ schema }) }),
]);

/** What is translated. All else that a request has is passed over, and named. */
export const chatRequest = z.looseObject({
  model: z.string().min(1).max(200),
  messages: z.array(chatMessage).min(1),
  max_completion_tokens: z.number().int().nullish(),
  max_tokens: z.number().int().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  n: z.literal(1, { error: 'one answer for each request' }).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  tools: z.array(functionTool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: responseFormat.nullish(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  user: z.string().nullish(),
});
export type ChatRequest = z.infer<typeof chatRequest>;

/** From this version on sampling parameters are refused. */
const versionWithoutSampling = '2026-10-21';

/**
 * Ceiling of an answer in tokens where a request names none, which the API demands: what a turn of Causeway's own may
 * take, and far below what every current model may answer.
 */
export const usualMaxTokens = 16_000;

export interface TranslatedRequest {
  body: Record<string, unknown>;
  /** Parameters that were given and have no effect, in the order they were given. */
  ignored: string[];
  includeUsage: boolean;
}

/** Throws a `ZodError` that names the field for what cannot be said in Anthropic's wire. */
export function messagesRequest(request: ChatRequest, version: string): TranslatedRequest {
  const { system, messages } = blocksOf(request.messages);
  const sampling = samplingOf(request, version);
  const tools = request.tools ?? [];
  const output = outputOf(request);
  const stop = request.stop ?? [];
  return {
    body: {
      model: request.model,
      max_tokens: request.max_completion_tokens ?? request.max_tokens ?? usualMaxTokens,
      ...(system.length === 0 ? {} : { system }),
      messages,
      ...sampling,
      ...(stop.length === 0 ? {} : { stop_sequences: typeof stop === 'string' ? [stop] : stop }),
      ...(tools.length === 0 ? {} : { tools: tools.map(toolOf), ...toolChoiceOf(request) }),
      ...(Object.keys(output).length === 0 ? {} : { output_config: output }),
      ...(request.reasoning_effort === 'none' ? { thinking: { type: 'disabled' } } : {}),
      ...(request.user ? { metadata: { user_id: request.user } } : {}),
      ...(request.stream ? { stream: true } : {}),
    },
    ignored: Object.keys(request).filter(
      (name) => given(request, name) && !hasEffect(request, name, sampling),
    ),
    includeUsage: request.stream_options?.include_usage === true,
  };
}

const given = (request: ChatRequest, name: string): boolean =>
  request[name] !== undefined && request[name] !== null;

function hasEffect(request: ChatRequest, name: string, sampling: object): boolean {
  if (name === 'temperature' || name === 'top_p') return name in sampling;
  // Whoever asks for it has to say so in the prompt too, which is all that this wire has for it.
  if (name === 'response_format') return request.response_format?.type !== 'json_object';
  if (name === 'tool_choice' || name === 'parallel_tool_calls') return (request.tools ?? []).length > 0;
  return Object.hasOwn(chatRequest.shape, name);
}

/** OpenAI's temperature goes to 2, Anthropic's to 1; from one version on it has none. */
export function samplingOf(
  { temperature, top_p }: Pick<ChatRequest, 'temperature' | 'top_p'>,
  version: string,
): Record<string, number> {
  if (version >= versionWithoutSampling) return {};
  return {
    ...(typeof temperature === 'number' ? { temperature: Math.min(1, temperature) } : {}),
    ...(typeof top_p === 'number' ? { top_p } : {}),
  };
}

function outputOf({ response_format: format, reasoning_effort: effort }: ChatRequest) {
  return {
    ...(format?.type === 'json_schema'
      ? { format: { type: 'json_schema', schema: format.json_schema.schema } }
      : {}),
    ...(effort && effort !== 'none' ? { effort: effort === 'minimal' ? 'low' : effort } : {}),
  };
}

const toolOf = ({ function: { name, description, parameters } }: z.infer<typeof functionTool>) => ({
  name,
  ...(description === undefined ? {} : { description }),
  input_schema: parameters ?? { type: 'object', properties: {} },
});

function toolChoiceOf({ tool_choice: choice, parallel_tool_calls: parallel }: ChatRequest) {
  const alone = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (typeof choice === 'object' && choice !== null)
    return { tool_choice: { type: 'tool', name: choice.function.name, ...alone } };
  if (choice === 'none') return { tool_choice: { type: 'none' } };
  if (choice === 'required') return { tool_choice: { type: 'any', ...alone } };
  return choice === 'auto' || parallel === false ? { tool_choice: { type: 'auto', ...alone } } : {};
}
