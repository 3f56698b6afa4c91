/** Writes an answer, as one JSON message or as the API's stream of events. */
import type { ServerResponse } from 'node:http';
import { countText } from './counting.ts';
import { errorBody } from './errors.ts';
import type { CacheUsage } from './promptCache.ts';
import { type Behaviour, type Gate, type ScriptedBlock, type StopReason, words } from './script.ts';

export interface AnswerContext {
  model: string;
  messageId: string;
  requestId: string;
  usage: CacheUsage;
  factor: number;
  gate: Gate;
}

const fixed = { service_tier: 'standard' as const, server_tool_use: null, inference_geo: null };

const usageOf = (context: AnswerContext, output: number) => ({
  ...context.usage,
  ...fixed,
  output_tokens: output,
  output_tokens_details: null,
});

function finalBlock(block: ScriptedBlock): Record<string, unknown> {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.deltas.join(''), citations: null };
    case 'thinking':
      return { type: 'thinking', thinking: block.deltas.join(''), signature: block.signature };
    case 'redacted_thinking':
      return { type: 'redacted_thinking', data: block.data };
    case 'tool_use':
      return {
        type: 'tool_use',
        id: block.id,
        name: block.name,
        input: JSON.parse(block.jsonDeltas.join('') || '{}'),
        caller: { type: 'direct' },
      };
    default:
      return block satisfies never;
  }
}

const outputOf = (blocks: readonly ScriptedBlock[], factor: number): number =>
  Math.max(
    1,
    Math.round(factor * blocks.reduce((sum, block) => sum + countText(JSON.stringify(finalBlock(block))), 0)),
  );

function messageOf(
  context: AnswerContext,
  content: unknown[],
  stopReason: StopReason | null,
  output: number,
) {
  return {
    id: context.messageId,
    type: 'message',
    role: 'assistant',
    model: context.model,
    content,
    container: null,
    diagnostics: null,
    stop_reason: stopReason,
    stop_sequence: null,
    stop_details: null,
    usage: usageOf(context, output),
  };
}

export function plainMessage(
  context: AnswerContext,
  blocks: readonly ScriptedBlock[],
  stopReason: StopReason,
) {
  return messageOf(context, blocks.map(finalBlock), stopReason, outputOf(blocks, context.factor));
}

/** Blocks of a behaviour that answers something. */
export function blocksOfBehaviour(behaviour: Exclude<Behaviour, { kind: 'error' }>): ScriptedBlock[] {
  return behaviour.kind === 'answer' ? behaviour.blocks : [{ type: 'text', deltas: words(behaviour.text) }];
}

export async function streamAnswer(
  response: ServerResponse,
  context: AnswerContext,
  behaviour: Exclude<Behaviour, { kind: 'error' }>,
): Promise<void> {
  const send = (event: { type: string } & Record<string, unknown>) =>
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const blocks = blocksOfBehaviour(behaviour);
  const gated = behaviour.kind === 'drip' && behaviour.gated;
  send({ type: 'message_start', message: messageOf(context, [], null, 1) });
  if (behaviour.kind === 'answer' && behaviour.pings) send({ type: 'ping' });
  for (const [index, block] of blocks.entries()) {
    send({ type: 'content_block_start', index, content_block: emptyBlock(block) });
    for (const delta of deltasOf(block)) {
      if (gated) await context.gate.pass();
      if (response.destroyed) return;
      send({ type: 'content_block_delta', index, delta });
      if (behaviour.kind === 'answer' && behaviour.pings) send({ type: 'ping' });
    }
    if (behaviour.kind === 'answer' || behaviour.kind === 'drip') send({ type: 'content_block_stop', index });
  }
  switch (behaviour.kind) {
    case 'error_in_stream':
      send(errorBody(behaviour.status, 'Overloaded', context.requestId));
      response.end();
      return;
    case 'disconnect':
      // The text is flushed first, so that the client has read it when the socket breaks.
      await new Promise((resolve) => response.write(': cut\n\n', resolve));
      response.destroy();
      return;
    case 'truncate':
      response.end();
      return;
    case 'stall':
      return;
    case 'answer':
    case 'drip': {
      const stopReason = behaviour.kind === 'answer' ? (behaviour.stopReason ?? 'end_turn') : 'end_turn';
      send({
        type: 'message_delta',
        delta: { stop_reason: stopReason, stop_sequence: null, stop_details: null, container: null },
        usage: deltaUsage(context, outputOf(blocks, context.factor)),
      });
      send({ type: 'message_stop' });
      response.end();
      return;
    }
    default:
      behaviour satisfies never;
  }
}

const deltaUsage = (context: AnswerContext, output: number) => {
  const { cache_creation: _, ...counts } = context.usage;
  return { ...counts, output_tokens: output, server_tool_use: null, output_tokens_details: null };
};

function emptyBlock(block: ScriptedBlock): Record<string, unknown> {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '', citations: null };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'redacted_thinking':
      return finalBlock(block);
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: {}, caller: { type: 'direct' } };
    default:
      return block satisfies never;
  }
}

function deltasOf(block: ScriptedBlock): Record<string, unknown>[] {
  switch (block.type) {
    case 'text':
      return block.deltas.map((text) => ({ type: 'text_delta', text }));
    case 'thinking':
      return [
        ...block.deltas.map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: block.signature },
      ];
    case 'redacted_thinking':
      return [];
    case 'tool_use':
      return block.jsonDeltas.map((partial_json) => ({ type: 'input_json_delta', partial_json }));
    default:
      return block satisfies never;
  }
}
