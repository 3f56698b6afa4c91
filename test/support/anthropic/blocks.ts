/** One block of an answer: as the stream begins it, piece by piece, and whole. */
import type Anthropic from '@anthropic-ai/sdk';
import type { ScriptedBlock } from './script.ts';

/** As `content_block_start` shows it. */
export function emptyBlock(block: ScriptedBlock): Anthropic.ContentBlock {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: '', citations: block.citations ? [] : null };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'redacted_thinking':
      return { type: 'redacted_thinking', data: block.data };
    case 'tool_use':
      return { type: 'tool_use', id: block.id, name: block.name, input: {}, caller: { type: 'direct' } };
    default:
      return block satisfies never;
  }
}

/** As the client has it in the end. Throws `SyntaxError` when the pieces of a tool call are no JSON. */
export function finalBlock(block: ScriptedBlock): Anthropic.ContentBlock {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.deltas.join(''), citations: block.citations ?? null };
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

/** The pieces between start and stop; a signature comes last, and each citation after the text it belongs to. */
export function deltasOf(block: ScriptedBlock): Anthropic.RawContentBlockDelta[] {
  switch (block.type) {
    case 'text':
      return [
        ...block.deltas.map((text) => ({ type: 'text_delta' as const, text })),
        ...(block.citations ?? []).map((citation) => ({ type: 'citations_delta' as const, citation })),
      ];
    case 'thinking':
      return [
        ...block.deltas.map((thinking) => ({ type: 'thinking_delta' as const, thinking })),
        { type: 'signature_delta', signature: block.signature },
      ];
    case 'redacted_thinking':
      return [];
    case 'tool_use':
      return block.jsonDeltas.map((partial_json) => ({ type: 'input_json_delta' as const, partial_json }));
    default:
      return block satisfies never;
  }
}

/** What counts as output of a block, also of one that was cut off. */
export const written = (block: ScriptedBlock): string => {
  switch (block.type) {
    case 'text':
    case 'thinking':
      return block.deltas.join('');
    case 'redacted_thinking':
      return block.data;
    case 'tool_use':
      return block.name + block.jsonDeltas.join('');
    default:
      return block satisfies never;
  }
};
