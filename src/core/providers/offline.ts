/**
 * The mode without a model: it answers by quoting the passages of the workspace that match best.
 * It sends nothing anywhere, says that no model is set, and gives the same answer to the same question and files.
 */
import { type ClientOptions, optionNames } from '../../protocol/clientOptions.ts';
import type { Citation } from '../../protocol/content.ts';
import { toErrorInfo } from '../errors.ts';
import type { Passage, PassageSearch } from '../ports.ts';
import { inChunks, nothingMayBeQuoted, opening, quoted } from './offline/markdown.ts';
import { noUsage } from './prices.ts';
import type { Availability, ModelInfo, Provider, ProviderEvent, ProviderRequest } from './provider.ts';

/** More would be a list of results rather than an answer. */
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
  // Known to cost nothing, which is not the same as an unknown price.
  price: { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, asOf: '2026-11-24' },
};

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

  unmet(options: ClientOptions): string[] {
    return optionNames(options);
  }

  /** The opening is block 0; each quote is a block of its own, followed by its citation. */
  async *stream(
    request: ProviderRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ProviderEvent, void, undefined> {
    yield { type: 'start', model: model.id };
    if (request.withoutFiles) {
      yield* text(0, nothingMayBeQuoted);
      return yield { type: 'stop', stopReason: 'end_turn', usage: noUsage };
    }
    let passages: Passage[];
    try {
      passages = await this.#search.search(request.question, { limit: quotes, signal });
    } catch (error) {
      yield signal.aborted ? { type: 'aborted' } : { type: 'error', error: toErrorInfo(error) };
      return;
    }
    for (const event of answer(passages.slice(0, quotes))) {
      if (signal.aborted) return yield { type: 'aborted' };
      yield event;
    }
    yield signal.aborted ? { type: 'aborted' } : { type: 'stop', stopReason: 'end_turn', usage: noUsage };
  }
}

function* answer(passages: readonly Passage[]): Generator<ProviderEvent> {
  yield* text(0, opening(passages));
  for (const [place, passage] of passages.entries()) {
    const block = place + 1;
    yield* text(block, quoted(passage));
    yield { type: 'citation', block, citation: citationOf(passage, block) };
  }
}

function* text(block: number, value: string): Generator<ProviderEvent> {
  for (const chunk of inChunks(value)) yield { type: 'text', block, text: chunk };
}

const citationOf = (passage: Passage, index: number): Citation => ({
  index,
  uri: passage.uri,
  path: passage.path,
  startLine: passage.startLine,
  endLine: passage.endLine,
  quote: passage.text,
});
