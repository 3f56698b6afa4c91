/**
 * Answers of turns that may be given again to exactly the same request. They are in memory alone: of a session that is
 * encrypted or purged nothing lies in a second place, and what a restart costs is one call.
 */
import { BoundedCache } from '../../base/boundedCache.ts';
import type { Event } from '../../base/emitter.ts';
import type { Usage } from '../../protocol/content.ts';
import type { Clock } from '../ports.ts';
import type { ModelInfo, Provider, ProviderEvent, ProviderRequest } from '../providers/provider.ts';
import type { StoreChange } from '../session/store.ts';

/** How a turn may be answered from what was answered before. */
export interface AnswerUse {
  /** Whose answers may be used, and who may use this one: a client, or all that share. */
  scope: string;
  /** How old an answer may be, and how long this one is kept, in ms. */
  lifeMs: number;
  /** Whether the answer is worth keeping; all are when absent. */
  accepts?(text: string): boolean;
  /** Hears, before anything of the answer comes, whether it was kept from before. */
  told?(hit: boolean): void;
}

/** Where a request's answer comes from. */
export interface AnswerSource {
  /** It was kept: nothing is asked of a model, and nothing is spent. */
  hit: boolean;
  stream(request: ProviderRequest, signal: AbortSignal): AsyncIterable<ProviderEvent>;
}

interface Asked {
  sessionId: string;
  provider: Provider;
  model: ModelInfo;
  cache?: AnswerUse | undefined;
}

interface Kept {
  sessionId: string;
  events: ProviderEvent[];
}

/** More than a thousand answers of usual length, and a small part of what the editor's host takes. */
const maxBytes = 16 * 1024 * 1024;
/** Of one answer, as its events: those of the largest models are about half a megabyte. */
const maxAnswerBytes = 1024 * 1024;
const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };

export class KeptAnswers {
  readonly #kept: BoundedCache<Kept>;
  readonly #dependsOn: () => string;

  /** `dependsOn` is what answers depend on beside their requests, such as the addresses that are set. */
  constructor(clock: Clock, changes: Event<StoreChange>, dependsOn: () => string = () => '') {
    this.#kept = new BoundedCache(maxBytes, () => clock.monotonic());
    this.#dependsOn = dependsOn;
    changes((change) => {
      if (change.type === 'purged') this.#kept.drop(({ sessionId }) => sessionId === change.sessionId);
    });
  }

  /** The request is the whole of what is sent, context and all, with its secrets masked. */
  async source({ sessionId, provider, model, cache }: Asked, sent: ProviderRequest): Promise<AnswerSource> {
    const stream = (request: ProviderRequest, signal: AbortSignal) => provider.stream(request, signal);
    if (!cache || !provider.remote) {
      cache?.told?.(false);
      return { hit: false, stream };
    }
    const asked = [cache.scope, this.#dependsOn(), provider.id, model.id, sent];
    const key = await digestOf(JSON.stringify(asked));
    const found = this.#kept.get(key, cache.lifeMs);
    cache.told?.(found !== undefined);
    if (found) return { hit: true, stream: () => again(found.value.events) };
    const keep = (events: ProviderEvent[], bytes: number) =>
      this.#kept.set(key, { sessionId, events }, bytes, cache.lifeMs);
    return { hit: false, stream: (...call) => recorded(stream(...call), cache, keep) };
  }
}

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function* again(events: readonly ProviderEvent[]): AsyncGenerator<ProviderEvent, void, undefined> {
  yield* events;
}

/** Only an answer that came whole and is one: no call of a tool, no refusal, and none that was cut at its ceiling. */
async function* recorded(
  events: AsyncIterable<ProviderEvent>,
  { accepts }: AnswerUse,
  keep: (events: ProviderEvent[], bytes: number) => void,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const told: ProviderEvent[] = [];
  let bytes = 0;
  let text = '';
  let fits = true;
  for await (const event of events) {
    switch (event.type) {
      case 'start':
        told.push({ type: 'start', model: event.model });
        break;
      case 'text':
        text += event.text;
        told.push(event);
        break;
      case 'thinking':
      case 'thinking_signature':
      case 'redacted_thinking':
      case 'citation':
        told.push(event);
        break;
      case 'stop': {
        const { stopReason, leftOut } = event;
        told.push({ type: 'stop', stopReason, usage: noUsage });
        const isWhole = (stopReason === 'end_turn' || stopReason === 'stop_sequence') && !leftOut;
        if (fits && isWhole && text.trim() !== '' && (accepts?.(text) ?? true)) keep(told, bytes);
        break;
      }
      case 'tool_use':
      case 'error':
      case 'aborted':
        fits = false;
        break;
      case 'usage':
      case 'retrying':
        break;
      default:
        event satisfies never;
    }
    // Two bytes for each character, and what an object takes beside its text.
    bytes += 2 * JSON.stringify(event).length;
    if (bytes > maxAnswerBytes) {
      fits = false;
      told.length = 0;
    }
    yield event;
  }
}
