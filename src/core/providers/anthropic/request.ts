/** From the canonical request to the Messages API's body. Pure. */
import type Anthropic from '@anthropic-ai/sdk';
import { withoutMarks } from '../../../protocol/citationMarks.ts';
import type { ContentBlock } from '../../../protocol/content.ts';
import { citableParts } from '../../grounding/citable.ts';
import type { ProviderRequest, QuotedPassage, RequestBlock, ToolDefinition } from '../provider.ts';
import type { ClaudeModel } from './models.ts';

type Param = Anthropic.Messages.ContentBlockParam;

const cacheControl = (ttl: '5m' | '1h' | undefined) =>
  ttl === undefined ? {} : { cache_control: { type: 'ephemeral' as const, ttl } };

/** Our citations point into the workspace and mean nothing to the API, so they stay here, and their marks too. */
function blockParam(block: ContentBlock | QuotedPassage, citable: boolean): Param {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: withoutMarks(block) };
    case 'passage':
      return searchResult(block, citable);
    case 'image':
      return { type: 'image', source: block.source };
    case 'document':
      return {
        type: 'document',
        source: block.source,
        ...(block.title === undefined ? {} : { title: block.title }),
      };
    case 'thinking':
      return { type: 'thinking', thinking: block.thinking, signature: block.signature };
    case 'redacted_thinking':
      return { type: 'redacted_thinking', data: block.data };
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: block.input };
    case 'tool_result':
      return {
        type: 'tool_result',
        tool_use_id: block.tool_use_id,
        content: block.content.map((part) =>
          part.type === 'text'
            ? { type: 'text' as const, text: part.text }
            : { type: 'image' as const, source: part.source },
        ),
        ...(block.is_error === undefined ? {} : { is_error: block.is_error }),
      };
    default:
      return block satisfies never;
  }
}

/**
 * Each part of the passage can be cited apart, but where the answer follows a schema, with which the API takes no
 * citations. Paths are those people see: where the folder lies is nobody's concern.
 * Source: https://platform.claude.com/docs/en/build-with-claude/search-results.
 */
const searchResult = (
  passage: QuotedPassage,
  citable: boolean,
): Anthropic.Messages.SearchResultBlockParam => ({
  type: 'search_result',
  source: passage.place.path,
  title: `${passage.place.path}, lines ${passage.place.startLine}-${passage.place.endLine}`,
  content: citableParts(passage).map(({ text }) => ({ type: 'text', text })),
  citations: { enabled: citable },
});

const withCache = (block: RequestBlock, citable: boolean): Param =>
  Object.assign(blockParam(block, citable), cacheControl(block.cache));

/** A tool the model was trained for is only named; others, and other models, get it described. */
function toolParam(tool: ToolDefinition, model: ClaudeModel): Anthropic.Messages.ToolUnion {
  if (tool.native === 'memory' && model.memoryTool) return { type: 'memory_20250818', name: 'memory' };
  const { name, description, inputSchema, more } = tool;
  const described = { name, ...(description === '' ? {} : { description }) };
  return { ...more, ...described, input_schema: { type: 'object', ...inputSchema } };
}

/** Tokens of thinking for models whose thinking is given a budget; the API's least is 1,024. */
const manualThinkingBudget = 4_096;

function thinkingParam(
  request: ProviderRequest,
  model: ClaudeModel,
): Anthropic.Messages.ThinkingConfigParam | undefined {
  const wanted = request.thinking !== undefined;
  switch (model.thinkingMode) {
    case 'none':
      return undefined;
    case 'always':
      // It cannot be switched off; asking for the summary is what makes it visible.
      return wanted ? { type: 'adaptive', display: 'summarized' } : undefined;
    case 'adaptive':
      return wanted ? { type: 'adaptive', display: 'summarized' } : { type: 'disabled' };
    case 'manual':
      return wanted && request.maxOutputTokens > manualThinkingBudget
        ? { type: 'enabled', budget_tokens: manualThinkingBudget }
        : undefined;
    default:
      return model.thinkingMode satisfies never;
  }
}

/** For models that cannot be held to a schema; what they answer is checked by whoever asked. */
const schemaWords = (schema: Record<string, unknown>): string =>
  `Answer with one JSON value that fits this JSON Schema, and with nothing before or after it:\n${JSON.stringify(schema)}`;

/** The body of `POST /v1/messages`; source: https://platform.claude.com/docs/en/api/messages. */
export function messagesBody(
  request: ProviderRequest,
  model: ClaudeModel,
): Anthropic.Messages.MessageCreateParamsStreaming {
  const thinking = request.client === undefined ? thinkingParam(request, model) : undefined;
  const schema = request.outputSchema;
  const isHeld = schema !== undefined && model.structuredOutputs;
  // The API takes no citations beside an answer that is held to a form.
  const cites = !isHeld && request.client?.output_config?.format === undefined;
  const system: ProviderRequest['system'] = [
    ...request.system,
    ...(schema === undefined || isHeld ? [] : [{ text: schemaWords(schema) }]),
  ];
  return {
    model: request.model,
    max_tokens: Math.min(request.maxOutputTokens, model.maxOutput),
    stream: true,
    ...(system.length === 0
      ? {}
      : {
          system: system.map((part) => ({
            type: 'text',
            text: part.text,
            ...cacheControl(part.cache),
          })),
        }),
    messages: request.messages.map((message) => ({
      role: message.role,
      content: message.content.map((block) => withCache(block, cites)),
    })),
    ...(request.tools.length === 0
      ? {}
      : {
          tools: request.tools.map((tool) => toolParam(tool, model)),
        }),
    ...(thinking === undefined ? {} : { thinking }),
    ...(isHeld ? { output_config: { format: { type: 'json_schema' as const, schema } } } : {}),
  };
}
