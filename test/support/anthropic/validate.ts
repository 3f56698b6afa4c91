/** Refuses what the API refuses, with its kind of message. */
import { z } from 'zod';
import { checkBreakpoints } from './breakpoints.ts';
import { checkContextManagement } from './contextManagement.ts';
import { checkConversation } from './conversation.ts';
import { refuse } from './errors.ts';
import { refuseShape } from './issues.ts';
import { checkOutputFormat } from './outputFormat.ts';
import { countBody, type MessagesBody, messagesBody } from './requestShape.ts';
import { blocksOf, type FakeMessage } from './shapes.ts';
import { checkSources } from './sources.ts';

export type { MessagesBody };

/** The `anthropic-version` values the fake knows. */
export const versions = ['2023-06-01', '2026-10-21'];

/** Parses a body as the API does for the given `anthropic-version`, before it looks at the model. Throws `ApiFailure`. */
export function parseBody(
  value: unknown,
  version: string,
  counting = false,
  betas: readonly string[] = [],
): MessagesBody {
  const named = z.looseObject({}).safeParse(value);
  if (version === '2026-10-21' && named.success) {
    for (const name of ['temperature', 'top_p', 'top_k'])
      if (named.data[name] !== undefined) refuse(`${name}: Extra inputs are not permitted`);
  }
  const request = counting ? { max_tokens: 1, ...shaped(countBody, value) } : shaped(messagesBody, value);
  const messages = conversation(request);
  checkConversation(messages, version);
  checkSources(messages);
  checkBreakpoints(request);
  checkContextManagement(request, betas);
  checkSystem(request);
  checkTools(request);
  checkOutputFormat(request);
  if (request.stop_sequences?.some((sequence) => sequence.trim() === ''))
    refuse('stop_sequences: each stop sequence must contain non-whitespace');
  if (request.max_tokens === 0) checkPreWarming(request);
  return request;
}

function shaped<T>(shape: z.ZodType<T>, value: unknown): T {
  const parsed = shape.safeParse(value);
  return parsed.success ? parsed.data : refuseShape(parsed.error, value);
}

export const conversation = (request: MessagesBody): FakeMessage[] =>
  request.messages.map(({ role, content }) => ({ role, content: blocksOf(content) }));

function checkSystem(request: MessagesBody): void {
  if (!Array.isArray(request.system)) return;
  for (const [place, part] of request.system.entries())
    if (part.text.trim() === '') refuse(`system.${place}: text content blocks must be non-empty`);
}

function checkTools(request: MessagesBody): void {
  const names = (request.tools ?? []).map(({ name }) => name);
  if (new Set(names).size < names.length) refuse('tools: Tool names must be unique.');
  const choice = request.tool_choice;
  if (!choice) return;
  if (names.length === 0) refuse('tool_choice: may only be specified while providing tools');
  if (choice.type === 'tool' && !names.includes(choice.name))
    refuse(`tool_choice: Tool '${choice.name}' not found in provided tools`);
}

/** Filling the cache generates nothing, so it refuses what only makes sense of an answer. */
function checkPreWarming(request: MessagesBody): void {
  const forced = request.tool_choice?.type === 'any' || request.tool_choice?.type === 'tool';
  if (request.stream) refuse('max_tokens: 0 is not supported with `stream`');
  if (request.thinking?.type === 'enabled') refuse('max_tokens: 0 is not supported with enabled `thinking`');
  if (request.output_config?.format) refuse('max_tokens: 0 is not supported with `output_config.format`');
  if (forced) refuse('max_tokens: 0 is not supported with a forced `tool_choice`');
}
