/** Refuses what such a server refuses, with its kind of message; sources: OpenAI's API reference and its answers. */
import { z } from 'zod';
import type { Flavour } from './flavours.ts';

export class ApiFailure extends Error {
  readonly status: number;
  readonly error: object;

  constructor(
    status: number,
    error: { message: string; type?: string; code?: string | null; param?: string },
  ) {
    super(error.message);
    this.status = status;
    this.error = { type: 'invalid_request_error', param: null, code: null, ...error };
  }
}

export const refuse = (message: string, code: string | null = null, status = 400): never => {
  throw new ApiFailure(status, { message, code });
};

const textPart = z.strictObject({ type: z.literal('text'), text: z.string().min(1) });
const imagePart = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({
    url: z.string().regex(/^(data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*|https:\/\/.+)$/),
    detail: z.enum(['auto', 'low', 'high']).optional(),
  }),
});
const filePart = z.strictObject({
  type: z.literal('file'),
  file: z.strictObject({
    filename: z.string(),
    file_data: z.string().startsWith('data:application/pdf;base64,'),
  }),
});
const texts = z.union([z.string(), z.array(textPart).min(1)]);
const call = z.strictObject({
  id: z.string().min(1).max(64),
  type: z.literal('function'),
  function: z.strictObject({ name: z.string().min(1), arguments: z.string() }),
  extra_content: z
    .strictObject({ google: z.strictObject({ thought_signature: z.string().min(1) }) })
    .optional(),
});
const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content: texts }),
  z.strictObject({ role: z.literal('developer'), content: texts }),
  z.strictObject({
    role: z.literal('user'),
    content: z.union([z.string(), z.array(z.union([textPart, imagePart, filePart])).min(1)]),
  }),
  z.strictObject({
    role: z.literal('assistant'),
    content: z.union([z.string(), z.array(textPart)]).nullish(),
    refusal: z.string().nullish(),
    tool_calls: z.array(call).min(1).optional(),
  }),
  z.strictObject({ role: z.literal('tool'), tool_call_id: z.string(), content: texts }),
]);
export type FakeMessage = z.infer<typeof message>;

const schema = z.record(z.string(), z.unknown());

export const chatBody = z.strictObject({
  model: z.string(),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).optional(),
  max_tokens: z.number().int().positive().optional(),
  max_completion_tokens: z.number().int().positive().optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal('function'),
        function: z.strictObject({
          name: z.string().regex(/^[\w-]{1,64}$/),
          description: z
            .string()
            .max(1_024 * 8)
            .optional(),
          parameters: schema.optional(),
          strict: z.boolean().optional(),
        }),
      }),
    )
    .min(1)
    .optional(),
  tool_choice: z
    .union([
      z.enum(['none', 'auto', 'required']),
      z.strictObject({ type: z.literal('function'), function: z.strictObject({ name: z.string() }) }),
    ])
    .optional(),
  parallel_tool_calls: z.boolean().optional(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  n: z.number().int().min(1).max(128).nullish(),
  seed: z.number().int().nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  user: z.string().optional(),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']).nullish(),
  response_format: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('text') }),
      z.strictObject({ type: z.literal('json_object') }),
      z.strictObject({
        type: z.literal('json_schema'),
        json_schema: z.strictObject({
          name: z.string().regex(/^[\w-]{1,64}$/),
          description: z.string().optional(),
          strict: z.boolean().nullish(),
          schema,
        }),
      }),
    ])
    .optional(),
});
export type ChatBody = z.infer<typeof chatBody>;

/** Throws `ApiFailure`. */
export function checkBody(value: unknown, flavour: Flavour): ChatBody {
  const parsed = chatBody.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(`Invalid value at '${issue?.path.join('.')}': ${issue?.message}`);
  }
  const body = parsed.data;
  const { refused } = flavour;
  for (const field of refused?.fields ?? [])
    if (Object.hasOwn(body, field))
      refuse(`Unsupported parameter: '${field}'.`, 'unsupported_parameter', refused?.status);
  checkConversation(body.messages, flavour);
  checkOptions(body);
  return body;
}

function checkOptions({
  tools,
  tool_choice,
  parallel_tool_calls,
  stream,
  stream_options,
  ...body
}: ChatBody) {
  for (const [name, value] of Object.entries({ tool_choice, parallel_tool_calls }))
    if (value !== undefined && !tools)
      refuse(`Invalid value for '${name}': '${name}' is only allowed when 'tools' are specified.`);
  const wanted = typeof tool_choice === 'object' ? tool_choice.function.name : undefined;
  if (wanted !== undefined && !tools?.some((one) => one.function.name === wanted))
    refuse(`Tool choice 'function' not found in 'tools' parameter.`);
  if (stream_options && !stream)
    refuse("The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  const format = body.response_format;
  if (format?.type === 'json_schema' && format.json_schema.strict)
    checkStrict(format.json_schema.schema, 'schema');
  if (format?.type === 'json_object' && !/json/i.test(JSON.stringify(body.messages)))
    refuse(
      "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
    );
  for (const one of tools ?? [])
    if (one.function.strict) checkStrict(one.function.parameters ?? {}, one.function.name);
}

function checkConversation(messages: readonly FakeMessage[], flavour: Flavour): void {
  let open = new Set<string>();
  for (const [index, one] of messages.entries()) {
    if (one.role === 'tool') {
      if (!open.delete(one.tool_call_id))
        refuse(
          "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
        );
      continue;
    }
    if (open.size > 0) unanswered(open);
    if (one.role !== 'assistant') continue;
    if (!one.content && !one.tool_calls) refuse(`messages[${index}]: content or tool_calls must be set`);
    for (const { id, extra_content, function: called } of one.tool_calls ?? []) {
      if (flavour.nineSignIds && !/^[a-zA-Z0-9]{9}$/.test(id))
        refuse(`Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`);
      if (flavour.signedCalls && !extra_content)
        refuse('Function call is missing a thought_signature in functionCall parts.');
      if (!flavour.signedCalls && extra_content)
        refuse('Unrecognized request argument supplied: extra_content');
      parsedArguments(called.arguments);
    }
    open = new Set((one.tool_calls ?? []).map(({ id }) => id));
    if (open.size < (one.tool_calls ?? []).length) refuse('Duplicate tool call ids.');
  }
  if (open.size > 0) unanswered(open);
}

const unanswered = (open: ReadonlySet<string>): never =>
  refuse(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
  );

function parsedArguments(text: string): void {
  try {
    z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    refuse('Invalid value: tool call arguments must be valid JSON.');
  }
}

/** In strict mode every object names all its fields as required and takes no others. */
function checkStrict(value: unknown, at: string): void {
  const found = z.looseObject({}).safeParse(value);
  if (!found.success) return;
  const { type, properties, required, additionalProperties, items } = found.data;
  if (type === 'object') {
    const names = Object.keys(z.record(z.string(), z.unknown()).parse(properties ?? {}));
    const needed = z.array(z.string()).parse(required ?? []);
    if (additionalProperties !== false)
      refuse(
        `Invalid schema for response_format: ${at}: 'additionalProperties' is required to be supplied and to be false.`,
      );
    if (names.some((name) => !needed.includes(name)))
      refuse(`Invalid schema for response_format: ${at}: 'required' must include every key in properties.`);
    for (const [name, inner] of Object.entries(z.record(z.string(), z.unknown()).parse(properties ?? {})))
      checkStrict(inner, `${at}.${name}`);
  }
  checkStrict(items, `${at}.items`);
}
