/**
 * From a request of OpenAI's Responses to one of Anthropic's messages. Pure.
 * Sources: https://platform.openai.com/docs/api-reference/responses/create and the types of the installed SDK.
 */
import { z } from 'zod';
import { samplingOf, usualMaxTokens } from './chatRequest.ts';
import { responsesInput, saidIn } from './responsesInput.ts';

const object = z.record(z.string(), z.unknown());

const functionTool = z.object({
  type: z.literal('function', { error: 'a function, which the program runs itself' }),
  name: z.string().min(1),
  description: z.string().nullish(),
  parameters: object.nullish(),
});

const toolChoice = z.union([
  z.enum(['none', 'auto', 'required']),
  z.object({ type: z.literal('function'), name: z.string() }),
]);

const format = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  z.object({ type: z.literal('json_object') }),
  z.object({ type: z.literal('json_schema'), name: z.string(), schema: object }),
]);

/** A field that has to be away: what it asks for would need a state that is not kept. */
const away = (instead: string) => z.null({ error: instead }).optional();

/** What is translated or refused. All else that a request has is passed over, and named. */
export const responsesRequest = z.looseObject({
  model: z.string().min(1).max(200),
  input: responsesInput,
  instructions: z.string().nullish(),
  max_output_tokens: z.number().int().positive().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  stream: z.boolean().nullish(),
  stream_options: object.nullish(),
  tools: z.array(functionTool).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  text: z.looseObject({ format: format.nullish() }).nullish(),
  reasoning: z
    .looseObject({
      effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
    })
    .nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  background: z.literal(false, { error: 'a request that is waited for' }).nullish(),
  prompt: away('the prompt itself; Causeway’s own are at /v1/prompts'),
  store: z.boolean().nullish(),
  previous_response_id: z.string().nullish(),
  conversation: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
});
export type ResponsesRequest = z.infer<typeof responsesRequest>;

/** Fields that say what else than this request there is; `responsesState.ts` reads them. */
const aboutState = ['store', 'previous_response_id', 'conversation', 'background', 'prompt'];
/** Fields of which only parts have an effect. */
const inParts = ['text', 'reasoning'] as const;

export interface TranslatedResponses {
  body: Record<string, unknown>;
  /** Parameters that were given and have no effect. */
  ignored: string[];
}

/** Throws a `ZodError` that names the field for what cannot be said in Anthropic's wire. */
export function responsesMessages(request: ResponsesRequest, version: string): TranslatedResponses {
  const { system, messages } = saidIn(request.input);
  const sampling = samplingOf(request, version);
  const tools = request.tools ?? [];
  const output = outputOf(request);
  const instructions = request.instructions ? [{ type: 'text', text: request.instructions }] : [];
  const user = request.safety_identifier ?? request.user;
  return {
    body: {
      model: request.model,
      max_tokens: request.max_output_tokens ?? usualMaxTokens,
      ...(instructions.length + system.length === 0 ? {} : { system: [...instructions, ...system] }),
      messages,
      ...sampling,
      ...(tools.length === 0 ? {} : { tools: tools.map(toolOf), ...toolChoiceOf(request) }),
      ...(Object.keys(output).length === 0 ? {} : { output_config: output }),
      ...(request.reasoning?.effort === 'none' ? { thinking: { type: 'disabled' } } : {}),
      ...(user ? { metadata: { user_id: user } } : {}),
      ...(request.stream ? { stream: true } : {}),
    },
    ignored: Object.keys(request).flatMap((name) => ignoredOf(request, name, sampling)),
  };
}

const toolOf = ({ name, description, parameters }: z.infer<typeof functionTool>) => ({
  name,
  ...(description ? { description } : {}),
  input_schema: parameters ?? { type: 'object', properties: {} },
});

function outputOf({ text, reasoning }: ResponsesRequest): Record<string, unknown> {
  const wanted = text?.format;
  const effort = reasoning?.effort;
  return {
    ...(wanted?.type === 'json_schema' ? { format: { type: 'json_schema', schema: wanted.schema } } : {}),
    ...(effort && effort !== 'none' ? { effort: effort === 'minimal' ? 'low' : effort } : {}),
  };
}

function toolChoiceOf({ tool_choice: choice, parallel_tool_calls: parallel }: ResponsesRequest) {
  const alone = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (typeof choice === 'object' && choice !== null)
    return { tool_choice: { type: 'tool', name: choice.name, ...alone } };
  if (choice === 'none') return { tool_choice: { type: 'none' } };
  if (choice === 'required') return { tool_choice: { type: 'any', ...alone } };
  return choice === 'auto' || parallel === false ? { tool_choice: { type: 'auto', ...alone } } : {};
}

function ignoredOf(request: ResponsesRequest, name: string, sampling: object): string[] {
  const value = request[name];
  if (value === undefined || value === null || aboutState.includes(name)) return [];
  if (name === 'temperature' || name === 'top_p') return name in sampling ? [] : [name];
  if (name === 'tool_choice' || name === 'parallel_tool_calls')
    return (request.tools ?? []).length > 0 ? [] : [name];
  if (name === 'truncation') return value === 'auto' ? [name] : [];
  if (name === 'user') return request.safety_identifier ? [name] : [];
  if (inParts.some((one) => one === name)) return partsOf(request, name);
  if (Array.isArray(value) && value.length === 0) return [];
  return Object.hasOwn(responsesRequest.shape, name) ? [] : [name];
}

function partsOf({ text, reasoning }: ResponsesRequest, name: string): string[] {
  const parts = Object.entries((name === 'text' ? text : reasoning) ?? {});
  return parts.flatMap(([part, value]) => {
    if (value === undefined || value === null || part === 'effort') return [];
    // Whoever asks for an object has to say so in the prompt too, which is all that the other wire has for it.
    const isMet = part === 'format' && text?.format?.type !== 'json_object';
    return isMet ? [] : [`${name}.${part}`];
  });
}
