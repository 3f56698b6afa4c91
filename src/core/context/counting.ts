/** Counts what will be sent, remembering what was counted: entries never change, so neither do their tokens. */
import type { ContentBlock } from '../../protocol/content.ts';
import type { TokenCounter } from '../ports.ts';
import type { RequestMessage } from '../providers/provider.ts';
import { imageTokens, pdfTokens } from './tokens.ts';

/** Tokens the wire adds around a message for its role and delimiters; a bound, not a measure. */
const perMessage = 6;

/** Texts kept in memory by their counts; a hundred thousand short strings stay below about 20 MB. */
const rememberedUnits = 100_000;

export class ContextCounter {
  readonly #counter: TokenCounter;
  readonly #byKey = new Map<string, number>();

  constructor(counter: TokenCounter) {
    this.#counter = counter;
  }

  /** Tokens of each item by the local vocabulary. `key` names content that never changes; without it nothing is kept. */
  async count(items: readonly { key?: string; messages: readonly RequestMessage[] }[]): Promise<number[]> {
    const missing = items.filter((item) => item.key === undefined || !this.#byKey.has(item.key));
    const texts = missing.map((item) =>
      item.messages.flatMap((message) => message.content.flatMap(countedText)).join('\n'),
    );
    const counted = texts.length > 0 ? await this.#counter.count(texts) : [];
    const fresh = new Map(
      missing.map((item, index) => [item, (counted[index] ?? 0) + fixedTokens(item.messages)] as const),
    );
    return items.map((item) => {
      const tokens = fresh.get(item) ?? this.#byKey.get(item.key ?? '') ?? 0;
      if (item.key !== undefined) this.#remember(item.key, tokens);
      return tokens;
    });
  }

  async countTexts(texts: readonly string[]): Promise<number[]> {
    return texts.length > 0 ? this.#counter.count(texts) : [];
  }

  #remember(key: string, tokens: number): void {
    this.#byKey.delete(key);
    this.#byKey.set(key, tokens);
    if (this.#byKey.size <= rememberedUnits) return;
    const oldest = this.#byKey.keys().next();
    if (!oldest.done) this.#byKey.delete(oldest.value);
  }
}

function countedText(block: ContentBlock): string[] {
  switch (block.type) {
    case 'text':
      return [block.text];
    case 'thinking':
      return [block.thinking, block.signature];
    case 'redacted_thinking':
      return [block.data];
    case 'tool_use':
      return [block.name, JSON.stringify(block.input)];
    case 'tool_result':
      return block.content.flatMap(countedText);
    case 'document':
      return block.source.type === 'text' ? [block.source.data] : [];
    case 'image':
      return [];
    default:
      return block satisfies never;
  }
}

/** Tokens that do not come from text: images, PDF pages and the frame of each message. */
function fixedTokens(messages: readonly RequestMessage[]): number {
  let tokens = 0;
  const add = (block: ContentBlock): void => {
    if (block.type === 'image') tokens += imageTokens(block.source.data);
    else if (block.type === 'document' && block.source.type === 'base64')
      tokens += pdfTokens(block.source.data);
    else if (block.type === 'tool_result') block.content.forEach(add);
  };
  for (const message of messages) {
    tokens += perMessage;
    message.content.forEach(add);
  }
  return tokens;
}
