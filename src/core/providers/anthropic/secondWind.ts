/**
 * What Claude's API can do about a long context by itself. All of it is off unless the user asks for it, because
 * Causeway keeps the context within its budget already, and no other provider has any of it. Sources:
 * https://platform.claude.com/docs/en/build-with-claude/context-editing, /compaction and /prompt-caching, and the types
 * of the installed SDK.
 */
import type Anthropic from '@anthropic-ai/sdk';
import type { ProviderRequest, RequestBlock } from '../provider.ts';
import type { ClaudeModel } from './models.ts';

export interface AnthropicFeatures {
  /** The API leaves old results of tools out of what the model reads. */
  readonly contextEditing: boolean;
  /** The API summarises a conversation that nearly fills the window, instead of refusing it. */
  readonly serverCompaction: boolean;
  /** The model keeps notes in files of its own. */
  readonly memoryTool: boolean;
  /** What is cached is kept for an hour instead of five minutes. */
  readonly longCache: boolean;
}

export const noFeatures: AnthropicFeatures = {
  contextEditing: false,
  serverCompaction: false,
  memoryTool: false,
  longCache: false,
};

/**
 * Tokens of a request from which on old results are left out. A turn has at most 24 results of 4,000 tokens each:
 * below this they are cheaper to keep, since leaving some out makes the API read everything after them anew.
 */
const editingBegins = 60_000;
/** Calls whose results stay: what the model works on now. */
const callsKept = 6;
/** Fewer tokens than this are not worth that reading. */
const clearedAtLeast = 10_000;
/** Tools whose results say what was written, so that nothing has to be asked twice. */
const neverCleared = ['update_task', 'memory'];

/** The API refuses a smaller trigger. */
const leastCompaction = 50_000;
/** Of the window. Causeway sends less by its own count; only where that count was wrong does this come to pass. */
const compactionShare = 0.9;

type Edits = NonNullable<Anthropic.Beta.Messages.BetaContextManagementConfig['edits']>;

export interface SecondWind {
  request: ProviderRequest;
  /** Fields that go beside those of every request. */
  body: { context_management?: { edits: Edits } };
  /** Values of `anthropic-beta`. */
  betas: string[];
}

/** The request with what is wanted and the model has. Pure. */
export function secondWind(
  request: ProviderRequest,
  model: ClaudeModel,
  wanted: AnthropicFeatures,
): SecondWind {
  const edits: Edits = [];
  const betas: string[] = [];
  if (wanted.contextEditing && model.contextEditing && request.tools.length > 0) {
    betas.push('context-management-2025-06-27');
    edits.push({
      type: 'clear_tool_uses_20250919',
      trigger: { type: 'input_tokens', value: editingBegins },
      keep: { type: 'tool_uses', value: callsKept },
      clear_at_least: { type: 'input_tokens', value: clearedAtLeast },
      exclude_tools: neverCleared,
    });
  }
  if (wanted.serverCompaction && model.serverCompaction) {
    betas.push('compact-2026-01-12');
    const value = Math.max(leastCompaction, Math.floor(model.window * compactionShare));
    edits.push({ type: 'compact_20260112', trigger: { type: 'input_tokens', value } });
  }
  return {
    request: wanted.longCache ? keptForAnHour(request) : request,
    body: edits.length === 0 ? {} : { context_management: { edits } },
    betas,
  };
}

/**
 * All breakpoints alike: the API wants none of an hour behind one of five minutes. Measured against the fake over 100
 * turns: 15% dearer where no pause is longer than five minutes, 22% cheaper where a fifth of them is between 6 and 40
 * minutes. How somebody works decides, so that it stays theirs to switch on.
 */
function keptForAnHour(request: ProviderRequest): ProviderRequest {
  const longer = <T extends { cache?: '5m' | '1h' }>(part: T): T =>
    part.cache ? { ...part, cache: '1h' } : part;
  return {
    ...request,
    system: request.system.map(longer),
    messages: request.messages.map((message) => ({
      ...message,
      content: message.content.map((block): RequestBlock => longer(block)),
    })),
  };
}
