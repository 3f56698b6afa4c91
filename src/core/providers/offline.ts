import type { Citation } from '../../protocol/content.ts';
import { toErrorInfo } from '../errors.ts';
import type { Passage, PassageSearch } from '../ports.ts';
import { noUsage } from './prices.ts';
import type { Availability, ModelInfo, Provider, ProviderEvent, ProviderRequest } from './provider.ts';

const quotes = 3;

const model: ModelInfo = {
  provider: 'offline',
  id: 'quotes',
  name: 'Offline',
  window: 200_000,
  maxOutput: 8_000,
  images: false,
  pdfs: false,
  tools: false,
  thinking: false,
  tokenFactor: 1,
  price: { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, asOf: '2026-11-24' },
};

/** Answers by quoting the passages of the workspace that fit best. Sends nothing anywhere and says that no model is set. */
export class OfflineProvider implements Provider {
  readonly id = 'offline';
  readonly name = 'Offline';
  readonly remote = false;
  readonly #search: PassageSearch;

  constructor(search: PassageSearch) {
    this.#search = search;
  }

  async availability(): Promise<Availability> {
    return { ready: true };
  }

  async models(): Promise<ModelInfo[]> {
    return [model];
  }

  async *stream(
    request: ProviderRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ProviderEvent, void, undefined> {
    yield { type: 'start', model: model.id };
    let passages: Passage[];
    try {
      passages = await this.#search.search(request.question, { limit: quotes, signal });
    } catch (error) {
      if (signal.aborted) yield { type: 'aborted' };
      else yield { type: 'error', error: toErrorInfo(error) };
      return;
    }
    yield* text(0, opening(passages));
    for (const [place, passage] of passages.slice(0, quotes).entries()) {
      if (signal.aborted) return yield { type: 'aborted' };
      const block = place + 1;
      yield* text(block, quoted(passage));
      yield { type: 'citation', block, citation: citationOf(passage, place + 1) };
    }
    yield signal.aborted ? { type: 'aborted' } : { type: 'stop', stopReason: 'end_turn', usage: noUsage };
  }
}

function opening(passages: readonly Passage[]): string {
  if (passages.length > 0) return 'No model is set. These passages of your files fit best.';
  return 'No model is set, and no passage of your files fits this question. Try words that stand in the files, or set an API key.';
}

function* text(block: number, value: string): Generator<ProviderEvent> {
  yield { type: 'text', block, text: value };
}

function quoted(passage: Passage): string {
  // The fence is longer than any run of backticks in the text, so that the quote cannot end early.
  const longest = Math.max(2, ...[...passage.text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const language = passage.path.split('.').at(-1) ?? '';
  return `**${passage.path}**, lines ${passage.startLine}–${passage.endLine}\n\n${fence}${language}\n${passage.text}\n${fence}`;
}

const citationOf = (passage: Passage, index: number): Citation => ({
  index,
  uri: passage.uri,
  path: passage.path,
  startLine: passage.startLine,
  endLine: passage.endLine,
  quote: passage.text,
});
