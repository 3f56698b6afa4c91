/**
 * From the canonical request to a body of OpenAI's chat completions. Pure; what reads it back is in `protocol/wires`.
 * Source: https://platform.openai.com/docs/api-reference/chat/create and the types of the installed SDK.
 */
import type OpenAI from 'openai';
import { withoutMarks } from '../../../protocol/citationMarks.ts';
import type { ContentBlock, ToolResultBlock } from '../../../protocol/content.ts';
import { passageText } from '../numberedPassages.ts';
import type { LinkedImage, RequestBlock, WireRequest } from '../provider.ts';
import { chatOptions, isStrict } from './chatOptions.ts';
import type { ChatModel } from './models.ts';
import type { Preset } from './presets.ts';

type Body = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;
type Message = OpenAI.Chat.Completions.ChatCompletionMessageParam;
type UserPart = OpenAI.Chat.Completions.ChatCompletionContentPart;
type Call = OpenAI.Chat.Completions.ChatCompletionMessageFunctionToolCall;

/** For models that cannot be held to a schema; what they answer is checked by whoever asked. */
const schemaWords = (schema: Record<string, unknown>): string =>
  `Answer with one JSON value that fits this JSON Schema, and with nothing before or after it:\n${JSON.stringify(schema)}`;

export function chatBody(request: WireRequest, model: ChatModel, preset: Preset): Body {
  const client = chatOptions(request.client ?? {}, model, preset, request.tools.length > 0);
  const schema = request.outputSchema ?? client.schema;
  const isHeld = request.outputSchema !== undefined && model.structuredOutputs;
  const system = [
    ...request.system.map(({ text }) => text),
    ...(schema === undefined || isHeld ? [] : [schemaWords(schema)]),
  ];
  const ids = preset.nineSignIds ? nineSigns() : (id: string) => id;
  const messages = request.messages.flatMap((message) => messagesOf(message, model, preset, ids));
  return {
    model: request.model,
    stream: true,
    ...(preset.usageOption ? { stream_options: { include_usage: true } } : {}),
    [preset.ceiling]: Math.min(request.maxOutputTokens, model.maxOutput),
    messages: [
      ...(system.length === 0 ? [] : [{ role: 'system' as const, content: system.join('\n\n') }]),
      ...messages,
    ],
    ...(request.tools.length === 0 || !model.tools
      ? {}
      : {
          tools: request.tools.map(({ name, description, inputSchema, more }) => ({
            type: 'function' as const,
            function: {
              name,
              ...(description === '' ? {} : { description }),
              parameters: { type: 'object', ...inputSchema },
              // The two wires agree in the word, and not in what a schema has to be for it.
              ...(more?.strict === true && isStrict(inputSchema) ? { strict: true } : {}),
            },
          })),
        }),
    ...client.fields,
    ...(isHeld
      ? {
          response_format: {
            type: 'json_schema' as const,
            json_schema: { name: 'answer', strict: true, schema: schema ?? {} },
          },
        }
      : {}),
  };
}

function messagesOf(
  { role, content }: WireRequest['messages'][number],
  model: ChatModel,
  preset: Preset,
  idOf: (id: string) => string,
): Message[] {
  if (role === 'assistant') return assistantMessage(content, preset, idOf);
  const results = content.filter((block) => block.type === 'tool_result');
  // A message of a tool holds text alone, so that its pictures go behind all results, which have to stand together.
  const parts = [
    ...results.flatMap((result) => imagesOf(result, model)),
    ...content.flatMap((block) => userParts(block, model)),
  ];
  return [
    ...results.map((result): Message => {
      const text = resultText(result);
      return { role: 'tool', tool_call_id: idOf(result.tool_use_id), content: text };
    }),
    ...(parts.length === 0 ? [] : [{ role: 'user' as const, content: simplified(parts) }]),
  ];
}

/** Thinking belongs to the model that thought it, which has no place for it on this wire. */
function assistantMessage(
  content: readonly (RequestBlock | LinkedImage)[],
  preset: Preset,
  idOf: (id: string) => string,
): Message[] {
  const text = content.flatMap((block) => (block.type === 'text' ? [withoutMarks(block)] : [])).join('\n\n');
  const signature = preset.callSignature;
  const calls = content.flatMap((block): Call[] =>
    block.type === 'tool_use'
      ? [
          {
            id: idOf(block.id),
            type: 'function',
            function: { name: block.name, arguments: JSON.stringify(block.input) },
            ...(signature === undefined
              ? {}
              : { extra_content: { google: { thought_signature: signature } } }),
          },
        ]
      : [],
  );
  if (text === '' && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      ...(text === '' ? {} : { content: text }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

/** A result without any text says so: some servers refuse an empty one, and the model would wonder. */
function resultText({ content, is_error }: ToolResultBlock): string {
  const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
  return `${is_error ? 'Error: ' : ''}${text === '' ? '(no text)' : text}`;
}

const imagesOf = ({ content }: ToolResultBlock, model: ChatModel): UserPart[] =>
  content.flatMap((part) => (part.type === 'image' ? [imagePart(part, model)] : []));

function userParts(block: RequestBlock | LinkedImage, model: ChatModel): UserPart[] {
  switch (block.type) {
    case 'text':
      return [{ type: 'text', text: block.text }];
    case 'passage':
      return [{ type: 'text', text: passageText(block) }];
    case 'image':
      return [imagePart(block, model)];
    case 'linked_image':
      return [model.images ? { type: 'image_url', image_url: { url: block.url } } : leftOut('An image')];
    case 'document':
      return [documentPart(block, model)];
    case 'tool_result':
    case 'tool_use':
    case 'thinking':
    case 'redacted_thinking':
      return [];
    default:
      return block satisfies never;
  }
}

/** What the model cannot see is said, so that it does not answer as if it had. */
const leftOut = (what: string): UserPart => ({
  type: 'text',
  text: `[${what} was here. This model cannot read it, so it was left out.]`,
});

function imagePart({ source }: Extract<ContentBlock, { type: 'image' }>, model: ChatModel): UserPart {
  if (!model.images) return leftOut('An image');
  return { type: 'image_url', image_url: { url: `data:${source.media_type};base64,${source.data}` } };
}

function documentPart(
  { source, title = 'document.pdf' }: Extract<ContentBlock, { type: 'document' }>,
  model: ChatModel,
): UserPart {
  if (source.type === 'text') return { type: 'text', text: source.data };
  if (!model.pdfs) return leftOut('A PDF');
  return {
    type: 'file',
    file: { filename: title, file_data: `data:${source.media_type};base64,${source.data}` },
  };
}

/** Text alone goes as a string, which every server takes; some templates of local models take nothing else. */
const simplified = (parts: UserPart[]): string | UserPart[] =>
  parts.every((part) => part.type === 'text') ? parts.map(({ text }) => text).join('\n\n') : parts;

/** Ids by their place in the request, so that a call and its result agree and nothing of the id is lost to a hash. */
function nineSigns(): (id: string) => string {
  const known = new Map<string, string>();
  return (id) => {
    const short = known.get(id) ?? `call${String(known.size).padStart(5, '0')}`;
    known.set(id, short);
    return short;
  };
}
