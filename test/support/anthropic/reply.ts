/** A whole answer as one message of the API, with its usage. */
import type Anthropic from '@anthropic-ai/sdk';
import { finalBlock, written } from './blocks.ts';
import type { AppliedEdit } from './contextManagement.ts';
import { countText } from './counting.ts';
import type { CacheUsage } from './promptCache.ts';
import type { ScriptedBlock, StreamedBehaviour } from './script.ts';

/** What the answer to one accepted request depends on. */
export interface AnswerContext {
  model: string;
  messageId: string;
  requestId: string;
  usage: CacheUsage;
  /** Tokens of the model for one of the fake's counter. */
  factor: number;
  speed: 'standard' | 'fast';
  diagnostics: Anthropic.Diagnostics | null;
  /** What was left out of the prompt; undefined when that was not asked for. */
  applied: AppliedEdit[] | undefined;
  /** A summary of the prompt comes first, which is paid for beside the answer. */
  compacts: boolean;
}

export type StopFields = Pick<Anthropic.Message, 'stop_reason' | 'stop_sequence' | 'stop_details'>;

export const unstopped: StopFields = { stop_reason: null, stop_sequence: null, stop_details: null };

export function stopFields(behaviour: StreamedBehaviour): StopFields {
  if (behaviour.kind !== 'answer') return { ...unstopped, stop_reason: 'end_turn' };
  return {
    stop_reason: behaviour.stopReason ?? 'end_turn',
    stop_sequence: behaviour.stopSequence ?? null,
    stop_details: behaviour.stopDetails ?? null,
  };
}

/** Output tokens of the blocks, and those of them that are thinking; at least one where anything was answered. */
export function outputTokens(blocks: readonly ScriptedBlock[], factor: number) {
  const sum = (chosen: readonly ScriptedBlock[]) =>
    Math.round(factor * chosen.reduce((total, block) => total + countText(written(block)), 0));
  const thinking = blocks.filter(({ type }) => type === 'thinking' || type === 'redacted_thinking');
  return {
    output_tokens: blocks.length === 0 ? 0 : Math.max(1, sum(blocks)),
    output_tokens_details: thinking.length === 0 ? null : { thinking_tokens: sum(thinking) },
  };
}

export function messageOf(
  context: AnswerContext,
  content: Anthropic.ContentBlock[],
  stop: StopFields,
  output: ReturnType<typeof outputTokens>,
): Anthropic.Message {
  return {
    id: context.messageId,
    type: 'message',
    role: 'assistant',
    model: context.model,
    content,
    container: null,
    diagnostics: context.diagnostics,
    ...stop,
    usage: {
      ...context.usage,
      ...output,
      server_tool_use: null,
      service_tier: 'standard',
      inference_geo: null,
      speed: context.speed,
    },
  };
}

export function plainMessage(
  context: AnswerContext,
  blocks: readonly ScriptedBlock[],
  stop: StopFields,
): Anthropic.Message {
  return messageOf(context, blocks.map(finalBlock), stop, outputTokens(blocks, context.factor));
}
