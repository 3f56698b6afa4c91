/** The answer of the turn's request under way as it grows, block by block, in the canonical form. */
import type { AssistantBlock } from '../protocol/content.ts';
import type { ProviderEvent } from './providers/provider.ts';

type Growing =
  | Exclude<AssistantBlock, { type: 'thinking' }>
  | { type: 'thinking'; thinking: string; signature: string | undefined };

export class Answer {
  readonly #blocks = new Map<number, Growing>();
  #storing: string | undefined;

  /** Takes in an event; true when it changed the content. */
  take(event: ProviderEvent): boolean {
    switch (event.type) {
      case 'text': {
        const block = this.#text(event.block);
        block.text += event.text;
        return true;
      }
      case 'citation': {
        const block = this.#text(event.block);
        block.citations = [...(block.citations ?? []), event.citation];
        return true;
      }
      case 'thinking': {
        const block = this.#thinking(event.block);
        block.thinking += event.text;
        return true;
      }
      case 'thinking_signature':
        this.#thinking(event.block).signature = event.signature;
        return true;
      case 'redacted_thinking':
        this.#blocks.set(event.block, { type: 'redacted_thinking', data: event.data });
        return true;
      case 'tool_use':
        this.#blocks.set(event.block, {
          type: 'tool_use',
          id: event.id,
          name: event.name,
          input: event.input,
        });
        return true;
      case 'start':
      case 'usage':
      case 'retrying':
      case 'stop':
      case 'error':
      case 'aborted':
        return false;
      default:
        return event satisfies never;
    }
  }

  /** What has arrived is about to be stored as the entry of that id. */
  storing(entryId: string): void {
    this.#storing = entryId;
  }

  /** It is stored, and the next request of the turn begins anew. Heard twice, or late, it changes nothing more. */
  stored(entryId: string): void {
    if (this.#storing !== entryId) return;
    this.#storing = undefined;
    this.#blocks.clear();
  }

  get isEmpty(): boolean {
    return this.#blocks.size === 0;
  }

  /**
   * The blocks in order. Thinking that was cut off before its signature is kept for the reader with an empty
   * signature; such blocks are never sent again, since a call to a tool cannot follow them.
   */
  content(): AssistantBlock[] {
    return [...this.#blocks]
      .sort(([a], [b]) => a - b)
      .map(([, block]) =>
        block.type === 'thinking' ? { ...block, signature: block.signature ?? '' } : { ...block },
      );
  }

  #text(index: number): Extract<Growing, { type: 'text' }> {
    const existing = this.#blocks.get(index);
    if (existing?.type === 'text') return existing;
    const block: Growing = { type: 'text', text: '' };
    this.#blocks.set(index, block);
    return block;
  }

  #thinking(index: number): Extract<Growing, { type: 'thinking' }> {
    const existing = this.#blocks.get(index);
    if (existing?.type === 'thinking') return existing;
    const block: Growing = { type: 'thinking', thinking: '', signature: undefined };
    this.#blocks.set(index, block);
    return block;
  }
}
