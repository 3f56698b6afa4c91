/** Which model a turn uses. */

import type { ProviderState, ResolvedModel } from '../assistant.ts';
import { CausewayError, modelNotFound } from '../errors.ts';
import { type Gate, gated } from './gate.ts';
import type { ModelInfo, Provider } from './provider.ts';

export interface Chosen extends ResolvedModel {
  provider: Provider;
}

/** `provider/model`; the model's own id may hold further slashes. */
export function splitModel(name: string): { provider: string; model: string } {
  const at = name.indexOf('/');
  return at < 0 ? { provider: '', model: name } : { provider: name.slice(0, at), model: name.slice(at + 1) };
}

export class ProviderRegistry {
  readonly #providers: readonly Provider[];
  readonly #fallback: Provider;

  /**
   * `fallback` is the offline mode: always ready and never remote. The others stand in order of preference, and whoever
   * is given one of them here reaches it through the gate alone.
   */
  constructor(providers: readonly Provider[], fallback: Provider, gate: Gate) {
    this.#providers = providers.map((provider) => gated(provider, gate));
    this.#fallback = fallback;
  }

  async states(): Promise<ProviderState[]> {
    return Promise.all(
      [...this.#providers, this.#fallback].map(async (provider) => ({
        id: provider.id,
        name: provider.name,
        remote: provider.remote,
        availability: await provider.availability(),
        models: await provider.models(),
      })),
    );
  }

  /**
   * The wanted model where it can be used now; else the offline mode, with the reason in `insteadOf`.
   * An empty name means the first model that is ready. Throws `model_not_found` for an unknown provider.
   */
  async choose(wanted: string): Promise<Chosen> {
    if (wanted === '') return this.#firstReady();
    const { provider: id, model } = splitModel(wanted);
    const provider = this.#providerOf(id, wanted);
    const availability = await provider.availability();
    if (!availability.ready) return this.#offline(availability.error.message);
    return { provider, model: await namedModel(provider, model) };
  }

  /** A model by its name, whether or not it can be used now. Throws `model_not_found`. */
  async named(name: string): Promise<{ provider: Provider; model: ModelInfo }> {
    const { provider: id, model } = splitModel(name);
    const provider = this.#providerOf(id, name);
    return { provider, model: await namedModel(provider, model) };
  }

  /**
   * As `choose` with the first of these names that is known, else with none. A name that was kept may be one that
   * nobody knows, from a typing error or another machine; it must not keep the user from choosing another.
   */
  async chooseKept(names: readonly string[]): Promise<Chosen> {
    const reasons: string[] = [];
    for (const name of names) {
      try {
        return withReasons(await this.choose(name), reasons);
      } catch (error) {
        if (!(error instanceof CausewayError && error.code === 'model_not_found')) throw error;
        reasons.push(error.message);
      }
    }
    return withReasons(await this.#firstReady(), reasons);
  }

  /** Asks the providers which models they have now, those that may be reached. Never rejects for one that fails. */
  async refreshModels(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#providers.map((provider) => provider.refreshModels?.(signal)));
  }

  #providerOf(id: string, name: string): Provider {
    const provider = [...this.#providers, this.#fallback].find((candidate) => candidate.id === id);
    if (!provider) throw modelNotFound(name);
    return provider;
  }

  async #firstReady(): Promise<Chosen> {
    let reason: string | undefined;
    for (const provider of this.#providers) {
      const availability = await provider.availability();
      const [model] = await provider.models();
      if (availability.ready && model) return { provider, model };
      if (!availability.ready) reason ??= availability.error.message;
    }
    return this.#offline(reason);
  }

  async #offline(reason: string | undefined): Promise<Chosen> {
    const [model] = await this.#fallback.models();
    if (!model) throw modelNotFound(this.#fallback.id);
    return { provider: this.#fallback, model, ...(reason === undefined ? {} : { insteadOf: reason }) };
  }
}

function withReasons(chosen: Chosen, before: readonly string[]): Chosen {
  const reasons = new Set([...before, ...(chosen.insteadOf === undefined ? [] : [chosen.insteadOf])]);
  return reasons.size === 0 ? chosen : { ...chosen, insteadOf: [...reasons].join(' ') };
}

async function namedModel(provider: Provider, id: string): Promise<ModelInfo> {
  const models = await provider.models();
  const known = models.find((model) => model.id === id) ?? provider.unlistedModel?.(id);
  if (!known) throw modelNotFound(`${provider.id}/${id}`);
  return known;
}
