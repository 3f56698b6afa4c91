/** Any OpenAI-compatible server through OpenAI's official SDK. */
import type OpenAI from 'openai';
import type { ClientOptions } from '../../../protocol/clientOptions.ts';
import * as errors from '../../errors.ts';
import type { Clock, Log, Secrets } from '../../ports.ts';
import { type Outcome, withRetries } from '../attempts.ts';
import { IdleWatch } from '../idleWatch.ts';
import { cited } from '../markedText.ts';
import { citable, numbered } from '../numberedPassages.ts';
import type {
  Availability,
  EmbeddingAnswer,
  EmbeddingRequest,
  ModelInfo,
  Price,
  Provider,
  ProviderEvent,
  ProviderRequest,
  WireRequest,
} from '../provider.ts';
import { isRetryable, retryAfterOf } from '../retry.ts';
import { chatBody } from './chatBody.ts';
import { chatOptions } from './chatOptions.ts';
import { ChatStream } from './chatStream.ts';
import { longestEmbedded, tokensOf, vectorsOf } from './embeddings.ts';
import { type Endpoint, endpointKeyName, isLoopback } from './endpoints.ts';
import { chatError, toldError } from './errors.ts';
import {
  type ChatModel,
  embeddingModelsOf,
  modelsOf,
  sizesPath,
  unlistedChatModel,
  withSizes,
} from './models.ts';
import { plainFetch } from './plainFetch.ts';

/**
 * These servers send nothing while a model reads or thinks, and a local one may load the model first: so long a silence
 * is usual, ms. Whoever does not want to wait stops the turn.
 */
const idleLimitMs = 600_000;

/** A local server answers such a question at once or not at all, ms. */
const localListMs = 1_000;

/** Loading the SDK takes longer than a start may, and only requests need it: the first one loads it. */
type Sdk = typeof import('openai');
const loadSdk = (): Promise<Sdk> => import('openai');

export interface OpenAiOptions {
  endpoint: Endpoint;
  secrets: Secrets;
  clock: Clock;
  log: Log;
  /** Prices the user has set, by model id; they come before what the server tells. */
  prices?(): Readonly<Record<string, Price>>;
  idleLimitMs?: number;
}

export class OpenAiProvider implements Provider {
  readonly id: string;
  readonly name: string;
  /** A server on this machine may be a gateway, or run models of a cloud, so that none is trusted to keep what it gets. */
  readonly remote = true;
  readonly staysHere: boolean;
  readonly onlyByName: boolean;
  readonly #options: OpenAiOptions;
  readonly #endpoint: Endpoint;
  #listed: readonly ChatModel[] = [];
  #embedding: readonly string[] = [];
  /** Models that said they take no tools, which no list tells. */
  readonly #withoutTools = new Set<string>();

  constructor(options: OpenAiOptions) {
    this.#options = options;
    this.#endpoint = options.endpoint;
    this.id = options.endpoint.id;
    this.name = options.endpoint.name;
    this.onlyByName = !options.endpoint.configured;
    this.staysHere = isLoopback(options.endpoint.baseUrl);
  }

  async availability(): Promise<Availability> {
    try {
      const needed = this.#endpoint.preset.key === 'needed';
      if (!needed || (await this.#key())) return { ready: true };
      return { ready: false, error: errors.toErrorInfo(errors.noApiKey(this.name)) };
    } catch (error) {
      return { ready: false, error: errors.toErrorInfo(error) };
    }
  }

  async models(): Promise<ModelInfo[]> {
    return this.#listed.map((model) => this.#priced(model));
  }

  embeddingModels(): string[] {
    return [...this.#embedding];
  }

  unlistedModel(id: string): ModelInfo {
    return this.#priced(unlistedChatModel(id, this.#endpoint));
  }

  #priced(model: ChatModel): ChatModel {
    const price = this.#options.prices?.()[model.id];
    return price ? { ...model, price } : model;
  }

  async refreshModels(signal: AbortSignal): Promise<void> {
    const { preset, baseUrl } = this.#endpoint;
    try {
      const key = await this.#key();
      if (preset.key === 'needed' && !key) return;
      const bound = isLoopback(baseUrl)
        ? AbortSignal.any([signal, AbortSignal.timeout(localListMs)])
        : signal;
      const client = this.#client(await loadSdk(), key, fetch);
      const ask = (path: string): Promise<unknown> => client.get(path, { signal: bound });
      const day = new Date(this.#options.clock.now()).toISOString().slice(0, 10);
      const told = await ask('/models');
      const listed = modelsOf(told, this.#endpoint, day);
      this.#embedding = embeddingModelsOf(told);
      const { sizes } = preset;
      this.#listed = sizes
        ? withSizes(listed, await this.#sizes(ask, sizesPath[sizes]), sizes, this.#endpoint)
        : listed;
    } catch (error) {
      // A local server that is not there has no models any more; that it is not is nothing to tell.
      if (isLoopback(baseUrl)) this.#listed = [];
      else
        this.#options.log.warn(
          `The models of ${this.name} could not be read: ${this.#failure(await loadSdk(), error, '', undefined).code}.`,
        );
    }
  }

  /** An older server does not have it, and its models have the size of the preset. */
  async #sizes(ask: (path: string) => Promise<unknown>, path: string): Promise<unknown> {
    try {
      return await ask(new URL(path, this.#endpoint.baseUrl).href);
    } catch {
      return undefined;
    }
  }

  wireBody(request: WireRequest): Record<string, unknown> {
    return { ...this.#body(request) };
  }

  unmet(options: ClientOptions, model: string, hasTools: boolean): string[] {
    return chatOptions(options, this.#known(model), this.#endpoint.preset, hasTools).unmet;
  }

  #known(model: string): ChatModel {
    const known = this.#listed.find(({ id }) => id === model) ?? unlistedChatModel(model, this.#endpoint);
    return { ...known, tools: known.tools && !this.#withoutTools.has(model) };
  }

  #body(request: WireRequest) {
    return chatBody(numbered(request), this.#known(request.model), this.#endpoint.preset);
  }

  stream(request: ProviderRequest, signal: AbortSignal): AsyncGenerator<ProviderEvent, void, undefined> {
    return cited(
      withRetries(() => this.#attempt(request, signal), signal, request.retries),
      citable(request),
    );
  }

  async *#attempt(
    request: ProviderRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ProviderEvent, Outcome, undefined> {
    const limitMs = this.#options.idleLimitMs ?? idleLimitMs;
    const watch = new IdleWatch(limitMs, signal);
    const reader = new ChatStream();
    let begun = false;
    let key: string | undefined;
    let sdk: Sdk | undefined;
    try {
      key = await this.#usableKey();
      sdk = await loadSdk();
      const chunks = await this.#client(sdk, key, watch.fetch).chat.completions.create(this.#body(request), {
        signal: watch.signal,
      });
      for await (const chunk of chunks) {
        // What was read ahead is not what the user wanted to see after stopping.
        if (signal.aborted) break;
        begun = true;
        yield* reader.read(chunk);
      }
      if (signal.aborted) {
        yield { type: 'aborted' };
        return { done: true };
      }
      if (!reader.finished)
        throw watch.stalled ? errors.streamStalled(limitMs / 1000) : errors.streamTruncated();
      yield* reader.end();
      return { done: true };
    } catch (error) {
      if (signal.aborted) {
        yield { type: 'aborted' };
        return { done: true };
      }
      // The answer is whole; only what it cost did not come.
      if (reader.finished) {
        yield* reader.end();
        return { done: true };
      }
      if (!begun && sdk && this.#learnsOfTools(sdk, error, request))
        return yield* this.#attempt(request, signal);
      const failure = watch.stalled
        ? errors.streamStalled(limitMs / 1000)
        : this.#failure(sdk, error, request.model, key);
      if (!begun)
        return { done: false, failure, retryable: watch.stalled || this.#mayPass(sdk, error, failure) };
      yield { type: 'error', error: errors.toErrorInfo(failure) };
      return { done: true };
    } finally {
      watch.stop();
    }
  }

  /** One request; whoever asks decides whether and when it asks again. */
  async embed({ model, texts }: EmbeddingRequest, signal: AbortSignal): Promise<EmbeddingAnswer> {
    let key: string | undefined;
    let sdk: Sdk | undefined;
    try {
      key = await this.#usableKey();
      sdk = await loadSdk();
      const { data, usage } = await this.#client(sdk, key, fetch).embeddings.create(
        // Asked for by name, since the SDK asks for another form by itself, which not every server knows.
        { model, input: texts.map((text) => text.slice(0, longestEmbedded)), encoding_format: 'float' },
        { signal },
      );
      const tokens = tokensOf(usage);
      return {
        vectors: vectorsOf(data, texts.length),
        ...(tokens === undefined ? {} : { tokens }),
      };
    } catch (error) {
      throw this.#failure(sdk, error, model, key);
    }
  }

  /** Ollama refuses a request with tools for a model without them; it can be asked without. */
  #learnsOfTools(sdk: Sdk, error: unknown, { model, tools }: ProviderRequest): boolean {
    if (tools.length === 0 || this.#withoutTools.has(model)) return false;
    if (!(error instanceof sdk.APIError) || error.status !== 400) return false;
    if (!/does not support tools/i.test(toldError(error.error).message)) return false;
    this.#withoutTools.add(model);
    return true;
  }

  /** Throws `no_api_key` and `api_key_rejected`. */
  async #usableKey(): Promise<string | undefined> {
    const key = await this.#key();
    if (!key && this.#endpoint.preset.key === 'needed') throw errors.noApiKey(this.name);
    // What cannot stand in a header is no key; the platform's own error would quote it.
    if (key && !/^[\x21-\x7e]+$/.test(key)) throw errors.apiKeyRejected();
    return key;
  }

  #key(): Promise<string | undefined> {
    return this.#options.secrets.get(endpointKeyName(this.#endpoint), this.#endpoint.preset.keyVariable);
  }

  #client(sdk: Sdk, key: string | undefined, fetchFunction: typeof fetch): OpenAI {
    return new sdk.default({
      // The SDK demands one; a server that needs none is sent none.
      apiKey: key ?? 'none',
      ...(key ? {} : { defaultHeaders: { authorization: null } }),
      // Only what is given here is used, whatever the environment holds.
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      baseURL: this.#endpoint.baseUrl,
      fetch: plainFetch(fetchFunction),
      // A redirect would carry the key to another host.
      fetchOptions: { redirect: 'manual' },
      // Retries are made outside, where they can be shown; a second layer would multiply them.
      maxRetries: 0,
      // The SDK's own log prints requests and headers.
      logLevel: 'off',
      timeout: idleLimitMs,
    });
  }

  #failure(
    sdk: Sdk | undefined,
    error: unknown,
    model: string,
    key: string | undefined,
  ): errors.CausewayError {
    if (error instanceof errors.CausewayError) return error;
    if (sdk && error instanceof sdk.APIUserAbortError) return errors.stoppedByUser();
    const { baseUrl, preset } = this.#endpoint;
    const { host } = new URL(baseUrl);
    if (sdk && error instanceof sdk.APIConnectionError)
      return preset.local && isRefused(error)
        ? errors.localServerUnreachable(host, this.name)
        : errors.providerUnreachable(host);
    if (sdk && error instanceof sdk.APIError) {
      const { status, headers } = error;
      if (status !== undefined && status < 400) return errors.providerRedirected(host);
      const told = toldError(error.error);
      // Whoever answers may quote what it was sent.
      const message = key ? told.message.replaceAll(key, '[API key]') : told.message;
      const retryAfterMs = retryAfterOf(headers, this.#options.clock.now());
      return chatError({ ...told, status: status ?? told.status, message, retryAfterMs }, model, host);
    }
    // A connection cut while the body is read reaches us as a plain error of the platform's fetch.
    this.#options.log.error(`An answer of ${this.name} broke off.`, error);
    return errors.streamTruncated();
  }

  #mayPass(sdk: Sdk | undefined, error: unknown, failure: errors.CausewayError): boolean {
    if (!sdk || !(error instanceof sdk.APIError)) return false;
    // What does not listen on this machine will not in a second either, unless its user starts it.
    if (error instanceof sdk.APIConnectionError)
      return !(isLoopback(this.#endpoint.baseUrl) && isRefused(error));
    if (lasting.has(failure.code)) return false;
    if (error.status === undefined) return passing.has(failure.code);
    return isRetryable(error.status, error.headers?.get('x-should-retry'));
  }
}

/** The same request fails again, whatever its status says. */
const lasting: ReadonlySet<string> = new Set(['billing', 'prompt_too_long', 'request_too_large']);

/** Errors in the stream have no status; these are those of them that another attempt may find gone. */
const passing: ReadonlySet<string> = new Set(['overloaded', 'rate_limited', 'provider_failed']);

/** Nobody listens at the port; the platform says so in a cause of the SDK's error. */
function isRefused(error: Error): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if ('code' in cause && cause.code === 'ECONNREFUSED') return true;
  return false;
}
