/** Who answers a program's own call that belongs to no session: the model it names, or those of a route one after the other. */
import type { ClientOptions } from '../protocol/clientOptions.ts';
import { ChatStream, chunkOf } from './providers/openai/chatStream.ts';
import { chatError, toldError } from './providers/openai/errors.ts';
import type { ModelInfo, ProviderEvent, WireRequest } from './providers/provider.ts';
import type { ProviderRegistry } from './providers/registry.ts';
import { candidatesOf, fallbackKindOf } from './providers/routes.ts';

/** Reads an answer of chat completions; blocks are told in the order they begin. */
export interface ChatReading {
  /** One chunk of a stream. */
  read(chunk: unknown): Iterable<ProviderEvent>;
  /** An answer without a stream. */
  readWhole(answer: unknown): Iterable<ProviderEvent>;
  /** Whether the reason why it ended has come. */
  readonly finished: boolean;
  /** The last events, once it is over. */
  end(): Iterable<ProviderEvent>;
}

/** How a call failed: by an error of ours, or by an answer of upstream's. */
export type RelayedFailure =
  | { code: string; retryAfterMs?: number | undefined }
  | { status: number; body: string; retryAfterMs?: number | undefined };

export interface RelayedModel {
  model: ModelInfo;
  /** The body of chat completions for a request, where its provider speaks them. Pure. */
  chatBody(request: WireRequest): Record<string, unknown>;
  /** What of the program's options the model is not told. */
  unmet(options: ClientOptions, hasTools: boolean): string[];
  reading(): ChatReading;
  /** Tells how a call went, so that a route remembers which of its models fail. */
  began(): void;
  ended(failure?: RelayedFailure): void;
}

export interface RelayedModels {
  /** The first answers; the others stand in, in their order. */
  models: [RelayedModel, ...RelayedModel[]];
  /** Whether another model may stand in after that. */
  standsIn(failure: RelayedFailure): boolean;
}

export interface Relayed {
  /**
   * The models that a name stands for; with what the conversation begins decides between those of a route. Throws
   * `model_not_found`, and what keeps the first one's provider from answering.
   */
  models(name: string, conversation: string): Promise<RelayedModels>;
  /** The server's model that turns texts into numbers. Throws `no_embeddings`, and as `models`. */
  embedding(name: string): Promise<ModelInfo>;
  /** The names of routes, and of what the servers list that can be asked now; Claude's own are not among them. */
  names(): Promise<{ name: string; owner: string }[]>;
}

export const relayedBy = (registry: ProviderRegistry): Relayed => ({
  models: (name, conversation) => relayedModels(registry, name, conversation),
  embedding: (name) => registry.embedding(name),
  names: () => registry.namesOfServers(),
});

async function relayedModels(
  registry: ProviderRegistry,
  name: string,
  conversation: string,
): Promise<RelayedModels> {
  const chosen = await registry.ready(name, conversation);
  const [first, ...others] = candidatesOf(chosen).map(({ provider, model }): RelayedModel => {
    const full = `${model.provider}/${model.id}`;
    return {
      model,
      chatBody: (request) => provider.wireBody?.(request) ?? {},
      unmet: (options, hasTools) => provider.unmet?.(options, model.id, hasTools) ?? [],
      reading: chatReading,
      began: () => registry.breakers.began(full),
      ended(failure) {
        if (!failure) registry.breakers.succeeded(full);
        else if (fallbackKindOf(codeOf(failure))) registry.breakers.failed(full, failure.retryAfterMs);
      },
    };
  });
  if (!first) throw new TypeError('A model that is ready is its own first candidate.');
  const on = chosen.standIns?.on ?? [];
  return {
    models: [first, ...others],
    standsIn(failure) {
      const code = codeOf(failure);
      const kind = fallbackKindOf(code);
      // The model is too small for what is said; the next may have room.
      return (
        code === 'prompt_too_long' ||
        code === 'request_too_large' ||
        (kind !== undefined && on.includes(kind))
      );
    },
  };
}

/** An answer of upstream's as the error that a turn would end with. */
function codeOf(failure: RelayedFailure): string {
  if ('code' in failure) return failure.code;
  const told = toldError(errorIn(failure.body));
  return chatError({ ...told, status: failure.status }, '', '').code;
}

function errorIn(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'error' in value ? value.error : undefined;
  } catch {
    // What a gateway in between says is no JSON; its status counts.
    return undefined;
  }
}

function chatReading(): ChatReading {
  const stream = new ChatStream();
  return {
    read: (chunk) => stream.read(chunk),
    readWhole: (answer) => stream.read(chunkOf(answer)),
    get finished() {
      return stream.finished;
    },
    end: () => stream.end(),
  };
}
