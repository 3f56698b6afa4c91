/** The embedding model that the user has set, behind the one gate that every provider stands behind. */
import { modelNotFound } from '../errors.ts';
import type { CoreSettings } from '../ports.ts';
import { direction } from '../recall/embedding.ts';
import { type Gate, gated } from './gate.ts';
import type { Provider } from './provider.ts';
import { splitModel } from './registry.ts';

export interface EmbedderOptions {
  /** Read anew for each request. */
  providers: Iterable<Provider>;
  gate: Gate;
  settings: Pick<CoreSettings, 'embeddings'>;
}

export class Embedder {
  readonly #options: EmbedderOptions;

  constructor(options: EmbedderOptions) {
    this.#options = options;
  }

  /** `provider/model`; undefined where none is set, or nothing may leave the machine now. */
  get model(): string | undefined {
    const { settings, gate } = this.#options;
    if (settings.embeddings === '') return undefined;
    return gate.barred(this.#provider(settings.embeddings)) ? undefined : settings.embeddings;
  }

  /** The directions of the texts as that model has them, in order. Throws as the provider does, and `model_not_found`. */
  async directions(name: string, texts: readonly string[], signal: AbortSignal): Promise<Int8Array[]> {
    const { model } = splitModel(name);
    const found = this.#provider(name);
    const embed = found && gated(found, this.#options.gate).embed;
    if (!embed) throw modelNotFound(name);
    return (await embed({ model, texts }, signal)).map(direction);
  }

  #provider(name: string): Provider | undefined {
    const { provider: id } = splitModel(name);
    return [...this.#options.providers].find((one) => one.id === id);
  }
}
