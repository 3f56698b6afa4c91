/**
 * Claude models with their windows and list prices, read on 2026-11-24 from
 * https://platform.claude.com/docs/en/about-claude/pricing and the models' own pages there.
 * Models that are not in the table are taken from the API's list; their price is unknown until the user gives it.
 */
import type Anthropic from '@anthropic-ai/sdk';
import type { ModelInfo, Price, Rates } from '../provider.ts';

/** How a model lets its thinking be chosen. */
export type ThinkingMode = 'always' | 'adaptive' | 'manual' | 'none';

export interface ClaudeModel extends ModelInfo {
  thinkingMode: ThinkingMode;
  /** Its answer can be held to a JSON Schema. */
  structuredOutputs: boolean;
  /** What the API can do about its context; see `secondWind.ts`. */
  contextEditing: boolean;
  serverCompaction: boolean;
}

const asOf = '2026-11-24';

/** Claude 4.7 and later count about 30% more tokens for the same text than the vocabulary counted with here. */
const newTokenizer = 1.3;

const rates = (input: number, output: number, cacheRead: number): Rates => ({
  input,
  output,
  // A cache write costs 1.25 times the input rate for five minutes and twice for an hour.
  cacheWrite5m: input * 1.25,
  cacheWrite1h: input * 2,
  cacheRead,
});

function claude(
  id: string,
  name: string,
  thinkingMode: ThinkingMode,
  price: Price,
  sizes: { window: number; maxOutput: number; tokenFactor: number } = {
    window: 1_000_000,
    maxOutput: 128_000,
    tokenFactor: newTokenizer,
  },
): ClaudeModel {
  return {
    provider: 'anthropic',
    id,
    name,
    ...sizes,
    images: true,
    pdfs: true,
    tools: true,
    thinking: thinkingMode !== 'none',
    thinkingMode,
    structuredOutputs: true,
    contextEditing: true,
    // Models of 2025 cannot.
    serverCompaction: thinkingMode !== 'manual',
    memoryTool: true,
    price,
  };
}

/** The preferred one first. */
export const claudeModels: readonly ClaudeModel[] = [
  claude('claude-sonnet-5-5', 'Claude Sonnet 5.5', 'adaptive', { ...rates(2, 10, 0.2), asOf }),
  claude('claude-opus-5-5', 'Claude Opus 5.5', 'always', { ...rates(4, 20, 0.2), asOf }),
  claude('claude-haiku-5-5', 'Claude Haiku 5.5', 'adaptive', {
    ...rates(0.1, 0.5, 0.01),
    asOf,
    longPrompt: { ...rates(0.5, 2.5, 0.05), aboveTokens: 100_000 },
  }),
  claude('claude-fable-5-1', 'Claude Fable 5.1', 'always', { ...rates(10, 50, 0.25), asOf }),
  claude('claude-opus-5', 'Claude Opus 5', 'adaptive', { ...rates(5, 25, 0.5), asOf }),
  claude('claude-sonnet-5', 'Claude Sonnet 5', 'adaptive', { ...rates(2, 10, 0.2), asOf }),
  claude(
    'claude-haiku-4-5',
    'Claude Haiku 4.5',
    'manual',
    { ...rates(1, 5, 0.1), asOf },
    { window: 200_000, maxOutput: 64_000, tokenFactor: 1 },
  ),
];

/** A model the table does not know, with the limits the API's list gives. */
export function unknownClaudeModel(
  id: string,
  name = id,
  window = 200_000,
  maxOutput = 32_000,
  structuredOutputs = false,
): ClaudeModel {
  return {
    provider: 'anthropic',
    id,
    name,
    window,
    maxOutput,
    images: true,
    pdfs: true,
    tools: true,
    thinking: false,
    thinkingMode: 'none',
    structuredOutputs,
    // Asked for where it is missing, the API refuses the whole request.
    contextEditing: false,
    serverCompaction: false,
    memoryTool: false,
    tokenFactor: newTokenizer,
  };
}

/** The model as the API's own list tells of it; what the list does not tell stays. */
export function withCapabilities(
  model: ClaudeModel,
  capabilities: Pick<Anthropic.ModelCapabilities, 'context_management'> | null,
): ClaudeModel {
  const can = capabilities?.context_management;
  if (!can) return model;
  const contextEditing = can.clear_tool_uses_20250919?.supported ?? false;
  return {
    ...model,
    contextEditing,
    serverCompaction: can.compact_20260112?.supported ?? false,
    // It has no capability of its own; models that edit their context came with it.
    memoryTool: contextEditing,
  };
}
