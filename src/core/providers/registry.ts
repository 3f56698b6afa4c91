/** Which model a turn uses. */

import type { ProviderState, ResolvedModel } from '../assistant.ts';
import { CausewayError, fromErrorInfo, modelNotFound, noEmbeddings } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { Breakers } from './breakers.ts';
import { type Gate, gated } from './gate.ts';
import type { ModelInfo, Provider } from './provider.ts';
import { type FallbackKind, orderOf, type Route, type RouteSettings, routeProvider } from './routes.ts';

export interface Chosen extends ResolvedModel {
  provider: Provider;
  /** Who takes over when it fails in one of these ways before a word of its answer came. */
  standIns?: { models: readonly Pick<Chosen, 'provider' | 'model'>[]; on: readonly FallbackKind[] };
}

export interface RegistryOptions {
  /** In order of preference; gone through anew each time, for servers come and go with the settings. */
  providers: Iterable<Provider>;
  /** The offline mode: always ready and never remote. */
  offline: Provider;
  /** Whoever is given a provider by the registry reaches it through this alone. */
  gate: Gate;
  /** Read anew each time. */
  routes?(): RouteSettings;
  clock: Clock;
}

/** A server that is asked for its models when they are needed is not waited for longer, ms. */
const firstListMs = 3_000;

/** `provider/model`; the model's own id may hold further slashes. */
export function splitModel(name: string): { provider: string; model: string } {
  const at = name.indexOf('/');
  return at < 0 ? { provider: '', model: name } : { provider: name.slice(0, at), model: name.slice(at + 1) };
}

export class ProviderRegistry {
  /** Which models failed of late; a route asks such a one last. */
  readonly breakers: Breakers;
  readonly #options: RegistryOptions;
  /** Providers that were asked for their models because none was known. */
  readonly #asked = new WeakSet<Provider>();
  readonly #gated = new WeakMap<Provider, Provider>();

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.breakers = new Breakers(options.clock);
  }

  /** In order of preference, each behind the gate. */
  get #providers(): Provider[] {
    return [...this.#options.providers].map((provider) => {
      const known = this.#gated.get(provider) ?? gated(provider, this.#options.gate);
      this.#gated.set(provider, known);
      return known;
    });
  }

  get #fallback(): Provider {
    return this.#options.offline;
  }

  /** Those that are used only by name are told when there is something to choose from. */
  async states(): Promise<ProviderState[]> {
    const all = await Promise.all(
      [...this.#providers, this.#fallback].map(async (provider) => {
        const { id, name, remote, onlyByName = false } = provider;
        const availability = await provider.availability();
        const models = await provider.models();
        return onlyByName && (!availability.ready || models.length === 0)
          ? []
          : [{ id, name, remote, availability, models }];
      }),
    );
    const routes = await this.#routeModels();
    if (routes.length === 0) return all.flat();
    const ofRoutes = { id: routeProvider, name: 'Routes', remote: true, models: routes };
    return [{ ...ofRoutes, availability: { ready: true } }, ...all.flat()];
  }

  /** Each route as the model that would answer first. */
  async #routeModels(): Promise<ModelInfo[]> {
    const routes = Object.entries(this.#options.routes?.() ?? {});
    const models = await Promise.all(
      routes.map(async ([name, route]) => {
        const { provider, model } = await this.#along(name, route, '');
        return provider === this.#fallback ? [] : [{ ...model, provider: routeProvider, id: name, name }];
      }),
    );
    return models.flat();
  }

  /**
   * The wanted model where it can be used now; else the offline mode, with the reason in `insteadOf`.
   * An empty name means the first model that is ready. Throws `model_not_found` for an unknown provider or route.
   * Which model of a route answers depends on `session` alone, while none of them fails.
   */
  async choose(wanted: string, session = ''): Promise<Chosen> {
    if (wanted === '') return this.#firstReady();
    const { provider: id, model } = splitModel(wanted);
    if (id === routeProvider) {
      const route = this.#routeOf(model);
      if (!route) throw modelNotFound(wanted);
      return this.#along(model, route, session);
    }
    const provider = this.#providerOf(id, wanted);
    const availability = await provider.availability();
    if (!availability.ready) return this.#offline(availability.error.message);
    return { provider, model: await namedModel(provider, model) };
  }

  #routeOf(name: string): Route | undefined {
    const routes = this.#options.routes?.() ?? {};
    return Object.hasOwn(routes, name) ? routes[name] : undefined;
  }

  /** Models that cannot be used now are left out; those that failed of late are asked last. */
  async #along(name: string, route: Route, session: string): Promise<Chosen> {
    const ready: Chosen[] = [];
    const reasons = new Set<string>();
    for (const model of orderOf(route, session)) {
      try {
        const chosen = await this.choose(model);
        if (chosen.insteadOf === undefined) ready.push(chosen);
        else reasons.add(chosen.insteadOf);
      } catch (error) {
        if (!(error instanceof CausewayError)) throw error;
        reasons.add(error.message);
      }
    }
    const rests = ({ model }: Chosen) => this.breakers.isOpen(`${model.provider}/${model.id}`);
    const [first, ...models] = [...ready.filter((one) => !rests(one)), ...ready.filter(rests)];
    if (!first) return this.#offline([...reasons].join(' ') || modelNotFound(name).message);
    return models.length === 0 ? first : { ...first, standIns: { models, on: route.fallbackOn } };
  }

  /**
   * A model that a program names, with or without its provider, or a route; without a provider it is that of the first
   * one that knows it and can be asked. Nothing stands in for it but the models of its own route: throws
   * `model_not_found`, and what keeps its provider from answering. `session` decides between the models of a route.
   */
  async ready(name: string, session = ''): Promise<Chosen> {
    const { provider: id, model: routed } = splitModel(name);
    if (id === routeProvider) return this.#readyAlong(name, routed, session);
    const isWhole = [...this.#providers, this.#fallback].some((provider) => provider.id === id);
    const { provider, model } = isWhole ? await this.named(name) : await this.#knownBy(name);
    const availability = await provider.availability();
    if (!availability.ready) throw fromErrorInfo(availability.error);
    return { provider, model };
  }

  async #readyAlong(name: string, routed: string, session: string): Promise<Chosen> {
    const route = this.#routeOf(routed);
    if (!route) throw modelNotFound(name);
    const chosen = await this.#along(routed, route, session);
    const [first] = orderOf(route, session);
    // What keeps the first one from answering is told by itself.
    return chosen.insteadOf === undefined || first === undefined ? chosen : this.ready(first);
  }

  async #knownBy(model: string): Promise<{ provider: Provider; model: ModelInfo }> {
    const takers: { provider: Provider; isReady: boolean }[] = [];
    let unready: { provider: Provider; model: ModelInfo } | undefined;
    for (const provider of this.#providers) {
      const { ready: isReady } = await provider.availability();
      if (provider.unlistedModel && !provider.onlyByName) takers.push({ provider, isReady });
      const mayAsk = isReady && !provider.onlyByName;
      const models = mayAsk ? await this.#modelsOf(provider) : await provider.models();
      const known = models.find(({ id }) => id === model);
      if (known && isReady) return { provider, model: known };
      if (known) unready ??= { provider, model: known };
    }
    const { provider } = takerOf(takers, model) ?? {};
    const unlisted = unready ?? (provider && { provider, model: provider.unlistedModel?.(model) });
    if (!unlisted?.model) throw modelNotFound(model);
    return { provider: unlisted.provider, model: unlisted.model };
  }

  /**
   * A model that turns texts into numbers, of a server: with its provider, or by itself where a server of the user's
   * lists it or there is only one. Throws `no_embeddings`, `model_not_found`, and what keeps the server from answering.
   */
  async embedding(name: string): Promise<ModelInfo> {
    const { provider: id, model } = splitModel(name);
    const named = [...this.#providers, this.#fallback].find((provider) => provider.id === id);
    if (named) return embeddingOf(named, model);
    const ready: Provider[] = [];
    for (const provider of this.#providers)
      if (provider.embeddingModels && !provider.onlyByName && (await provider.availability()).ready) {
        ready.push(provider);
        await this.#modelsOf(provider);
        if (provider.embeddingModels().includes(name)) return embeddingOf(provider, name);
      }
    const [only, ...others] = ready;
    if (!only) throw noEmbeddings();
    if (others.length > 0) throw modelNotFound(name);
    return embeddingOf(only, name);
  }

  /** Routes that can be asked now, and the models of servers that can, each by its whole name. */
  async namesOfServers(): Promise<{ name: string; owner: string }[]> {
    const routes = await this.#routeModels();
    const names = routes.map(({ id }) => ({ name: `${routeProvider}/${id}`, owner: routeProvider }));
    for (const provider of this.#providers) {
      if (!provider.embeddingModels || !(await provider.availability()).ready) continue;
      const models = await (provider.onlyByName ? provider.models() : this.#modelsOf(provider));
      const ids = [...models.map(({ id }) => id), ...provider.embeddingModels()];
      names.push(...ids.map((id) => ({ name: `${provider.id}/${id}`, owner: provider.id })));
    }
    return names;
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
  async chooseKept(names: readonly string[], session = ''): Promise<Chosen> {
    const reasons: string[] = [];
    for (const name of names) {
      try {
        return withReasons(await this.choose(name, session), reasons);
      } catch (error) {
        if (!(error instanceof CausewayError && error.code === 'model_not_found')) throw error;
        reasons.push(error.message);
      }
    }
    return withReasons(await this.#firstReady(), reasons);
  }

  /**
   * Asks the providers which models they have now, those that may be reached; those that are used only by name where
   * `all` are wanted. Never rejects for one that fails.
   */
  async refreshModels(signal: AbortSignal, all = false): Promise<void> {
    await Promise.all(
      this.#providers.map(async (provider) => {
        if (all || !provider.onlyByName) await provider.refreshModels?.(signal);
      }),
    );
  }

  #providerOf(id: string, name: string): Provider {
    const provider = [...this.#providers, this.#fallback].find((candidate) => candidate.id === id);
    if (!provider) throw modelNotFound(name);
    return provider;
  }

  async #firstReady(): Promise<Chosen> {
    let reason: string | undefined;
    for (const provider of this.#providers) {
      if (provider.onlyByName) continue;
      const availability = await provider.availability();
      const [model] = availability.ready ? await this.#modelsOf(provider) : [];
      if (availability.ready && model) return { provider, model };
      if (!availability.ready) reason ??= availability.error.message;
    }
    return this.#offline(reason);
  }

  /** Of a provider that is ready. One that has to be asked for its models is asked once, when nothing is known of them. */
  async #modelsOf(provider: Provider): Promise<ModelInfo[]> {
    const known = await provider.models();
    if (known.length > 0 || this.#asked.has(provider)) return known;
    this.#asked.add(provider);
    await provider.refreshModels?.(AbortSignal.timeout(firstListMs));
    return provider.models();
  }

  async #offline(reason: string | undefined): Promise<Chosen> {
    const [model] = await this.#fallback.models();
    if (!model) throw modelNotFound(this.#fallback.id);
    return { provider: this.#fallback, model, ...(reason === undefined ? {} : { insteadOf: reason }) };
  }
}

async function embeddingOf(provider: Provider, id: string): Promise<ModelInfo> {
  const model = provider.embeddingModels && provider.unlistedModel?.(id);
  if (!model) throw noEmbeddings(provider.name);
  const availability = await provider.availability();
  if (!availability.ready) throw fromErrorInfo(availability.error);
  return model;
}

/**
 * Whose a model is that nobody lists: the provider's that gives such names to its own, else the only one's there is.
 * Where several might have it, a program has to say which it means: what it asks is not sent to a guess.
 */
function takerOf(
  takers: readonly { provider: Provider; isReady: boolean }[],
  model: string,
): { provider: Provider } | undefined {
  const own = takers.find(({ provider }) => provider.ownNames?.test(model));
  const ready = takers.filter(({ isReady }) => isReady);
  // Where none can be asked now, the first one says why.
  return own ?? (ready.length === 0 ? takers[0] : ready.length === 1 ? ready[0] : undefined);
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
