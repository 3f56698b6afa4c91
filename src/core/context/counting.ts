/** Counts what will be sent, remembering by its content what was counted: a file that is open costs one count. */
import type { TokenCounter } from '../ports.ts';
import type { RequestBlock, RequestMessage } from '../providers/provider.ts';
import { contentHash } from './contentHash.ts';
import { imageTokens, pdfTokens } from './tokens.ts';

/** Tokens the wire adds around a message for its role and delimiters; a bound, not a measure. */
const perMessage = 6;

/** Counts kept in memory; a hundred thousand short names with a number each stay below about 20 MB. */
const rememberedCounts = 100_000;

/** Something to be counted. `key` names content that never changes, which spares the hash of it. */
export interface Countable {
  key?: string;
  messages: readonly RequestMessage[];
}

export class ContextCounter {
  readonly #counter: TokenCounter;
  readonly #known = new Map<string, number>();

  constructor(counter: TokenCounter) {
    this.#counter = counter;
  }

  /** Tokens of each item by the local vocabulary, before the factor of the model. */
  async count(items: readonly Countable[]): Promise<number[]> {
    const known = items.map(({ key }) => (key === undefined ? undefined : this.#known.get(key)));
    const unknown = items.filter((_, place) => known[place] === undefined);
    const texts = unknown.map(({ messages }) =>
      messages.flatMap((message) => message.content.flatMap(countedText)).join('\n'),
    );
    const fresh = (await this.countTexts(texts)).map(
      (tokens, place) => tokens + fixedTokens(unknown[place]?.messages ?? []),
    );
    let next = 0;
    return items.map(({ key }, place) => {
      const tokens = known[place] ?? fresh[next++] ?? 0;
      if (key !== undefined) this.#remember(key, tokens);
      return tokens;
    });
  }

  async countTexts(texts: readonly string[]): Promise<number[]> {
    const keys = texts.map(contentHash);
    const missing = new Map(
      texts.flatMap((text, place) => {
        const key = keys[place] ?? '';
        return this.#known.has(key) ? [] : [[key, text] as const];
      }),
    );
    const counted = missing.size > 0 ? await this.#counter.count([...missing.values()]) : [];
    const fresh = new Map([...missing.keys()].map((key, place) => [key, counted[place] ?? 0]));
    return keys.map((key) => {
      const tokens = fresh.get(key) ?? this.#known.get(key) ?? 0;
      this.#remember(key, tokens);
      return tokens;
    });
  }

  /** What was used last is forgotten last. */
  #remember(key: string, tokens: number): void {
    this.#known.delete(key);
    this.#known.set(key, tokens);
    if (this.#known.size <= rememberedCounts) return;
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.#known.delete(oldest.value);
  }
}

function countedText(block: RequestBlock): string[] {
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
    case 'passage':
      return [block.place.path, block.text];
    case 'image':
      return [];
    default:
      return block satisfies never;
  }
}

/** Tokens that do not come from text: images, PDF pages and the frame of each message. */
function fixedTokens(messages: readonly RequestMessage[]): number {
  let tokens = 0;
  const add = (block: RequestBlock): void => {
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
