import type { TurnEvent } from '../protocol/turnEvents.ts';
import type { ProviderEvent } from './providers/provider.ts';

/** What subscribers hear of a provider event; undefined for those that only build the answer or end it. */
export function turnEventOf(
  turn: { sessionId: string; turnId: string },
  event: ProviderEvent,
): TurnEvent | undefined {
  switch (event.type) {
    case 'text':
      return { type: 'turn.text', ...turn, block: event.block, text: event.text };
    case 'thinking':
      return { type: 'turn.thinking', ...turn, block: event.block, text: event.text };
    case 'citation':
      return { type: 'turn.citation', ...turn, block: event.block, citation: event.citation };
    case 'tool_use': {
      const { block, id, name, input } = event;
      return { type: 'turn.tool_call', ...turn, block, id, name, input };
    }
    case 'retrying': {
      const { attempt, delayMs, reason } = event;
      return { type: 'turn.retrying', ...turn, attempt, delayMs, reason };
    }
    case 'start':
    case 'thinking_signature':
    case 'redacted_thinking':
    // The turn tells usage itself, with that of its earlier requests.
    case 'usage':
    case 'stop':
    case 'error':
    case 'aborted':
      return undefined;
    default:
      return event satisfies never;
  }
}
