/** The embedding model that the user has set, behind the one gate that every provider stands behind. */
import { watchedEmbedding } from '../calls/watchedEmbedding.ts';
import type { CallKeeping } from '../calls/watchedTurn.ts';
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
  /** Where each request is kept, and what tells whether its session is private. */
  keeping: CallKeeping;
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

  /**
   * The directions of texts of a session as that model has them, in order. Throws as the provider does, and
   * `model_not_found`.
   */
  async directions(
    name: string,
    texts: readonly string[],
    sessionId: string,
    signal: AbortSignal,
  ): Promise<Int8Array[]> {
    const { model } = splitModel(name);
    const found = this.#provider(name);
    const embed = found && gated(found, this.#options.gate).embed;
    if (!embed) throw modelNotFound(name);
    const price = found.unlistedModel?.(model).price;
    const about = { provider: found.id, model, price, sessionId, signal };
    const { vectors } = await watchedEmbedding(this.#options.keeping, about, () =>
      embed({ model, texts }, signal),
    );
    return vectors.map(direction);
  }

  #provider(name: string): Provider | undefined {
    const { provider: id } = splitModel(name);
    return [...this.#options.providers].find((one) => one.id === id);
  }
}
