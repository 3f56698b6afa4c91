import type Anthropic from '@anthropic-ai/sdk';
import * as errors from '../../errors.ts';
import type { Clock, Log, Secrets } from '../../ports.ts';
import { type Outcome, withRetries } from '../attempts.ts';
import { IdleWatch } from '../idleWatch.ts';
import type {
  Availability,
  ModelInfo,
  Price,
  Provider,
  ProviderEvent,
  ProviderRequest,
} from '../provider.ts';
import { isRetryable, retryAfterOf } from '../retry.ts';
import { apiError } from './errors.ts';
import { anthropicKeyName } from './keyName.ts';
import { type ClaudeModel, claudeModels, unknownClaudeModel, withCapabilities } from './models.ts';
import { messagesBody } from './request.ts';
import { type AnthropicFeatures, noFeatures, type SecondWind, secondWind } from './secondWind.ts';
import { AnthropicStream } from './stream.ts';

/** The API pings a waiting stream every few seconds, so a minute of silence means the connection is dead. */
const idleLimitMs = 60_000;

/** Loading the SDK takes longer than a start may, and only requests need it: the first one loads it. */
type Sdk = typeof import('@anthropic-ai/sdk');
const loadSdk = (): Promise<Sdk> => import('@anthropic-ai/sdk');

export interface AnthropicOptions {
  secrets: Secrets;
  clock: Clock;
  log: Log;
  /** Read anew for each request. */
  baseUrl(): string;
  /** Prices the user has set, by model id; they come before the table. */
  prices?(): Readonly<Record<string, Price>>;
  /** What the API is to do about a long context; nothing when absent. Read anew for each request. */
  features?(): AnthropicFeatures;
  idleLimitMs?: number;
}

/** Claude through the official SDK. Source: https://platform.claude.com/docs/en/api/messages-streaming. */
export class AnthropicProvider implements Provider {
  readonly id = 'anthropic';
  readonly name = 'Claude';
  readonly remote = true;
  readonly ownNames = /^claude-/;
  readonly #options: AnthropicOptions;
  /** What the API of that base URL listed for that key. */
  #listed: { key: string; baseUrl: string; models: ClaudeModel[] } | undefined;

  constructor(options: AnthropicOptions) {
    this.#options = options;
  }

  async availability(): Promise<Availability> {
    try {
      const key = await this.#options.secrets.get(anthropicKeyName);
      return key ? { ready: true } : { ready: false, error: errors.toErrorInfo(errors.noApiKey()) };
    } catch (error) {
      return { ready: false, error: errors.toErrorInfo(error) };
    }
  }

  async models(): Promise<ModelInfo[]> {
    const prices = this.#options.prices?.() ?? {};
    return (this.#listedNow() ?? claudeModels).map((model) => ({
      ...model,
      ...(prices[model.id] ? { price: prices[model.id] } : {}),
    }));
  }

  unlistedModel(id: string): ModelInfo {
    const price = this.#options.prices?.()[id];
    return { ...unknownClaudeModel(id), ...(price ? { price } : {}) };
  }

  /** The list of another gateway says nothing about this one. */
  #listedNow(): ClaudeModel[] | undefined {
    return this.#listed?.baseUrl === this.#options.baseUrl() ? this.#listed.models : undefined;
  }

  /** Asks the API which models this key may use; keeps the table when it cannot be reached. */
  async refreshModels(signal: AbortSignal): Promise<void> {
    try {
      const key = await this.#options.secrets.get(anthropicKeyName);
      const baseUrl = this.#options.baseUrl();
      if (!key || (this.#listed?.key === key && this.#listed.baseUrl === baseUrl)) return;
      const listed: ClaudeModel[] = [];
      for await (const model of this.#client(await loadSdk(), key, fetch).models.list(
        { limit: 100 },
        { signal },
      )) {
        const known =
          claudeModels.find(({ id }) => id === model.id) ??
          unknownClaudeModel(
            model.id,
            model.display_name,
            model.max_input_tokens ?? undefined,
            model.max_tokens ?? undefined,
            model.capabilities?.structured_outputs.supported,
          );
        listed.push(withCapabilities(known, model.capabilities));
      }
      const rank = (model: ClaudeModel) => {
        const place = claudeModels.findIndex(({ id }) => id === model.id);
        return place < 0 ? claudeModels.length : place;
      };
      if (listed.length > 0) {
        this.#listed = { key, baseUrl, models: listed.sort((a, b) => rank(a) - rank(b)) };
      }
    } catch (error) {
      this.#options.log.warn(
        `The list of Claude models could not be read: ${errors.toErrorInfo(this.#failure(await loadSdk(), error, '', undefined)).code}.`,
      );
    }
  }

  #modelOf({ model }: ProviderRequest): ClaudeModel {
    const known = [...(this.#listedNow() ?? []), ...claudeModels].find(({ id }) => id === model);
    return known ?? unknownClaudeModel(model);
  }

  wireBody(request: ProviderRequest): Record<string, unknown> {
    const { request: wound, body } = this.#wind(request);
    return { ...messagesBody(wound, this.#modelOf(request)), ...body };
  }

  #wind(request: ProviderRequest): SecondWind {
    const wound = secondWind(request, this.#modelOf(request), this.#options.features?.() ?? noFeatures);
    // What a program asks for passes in its own words.
    return { ...wound, body: { ...wound.body, ...request.client } };
  }

  /** Source: https://platform.claude.com/docs/en/build-with-claude/token-counting. */
  async countTokens(request: ProviderRequest, signal: AbortSignal): Promise<number> {
    const key = await this.#options.secrets.get(anthropicKeyName);
    if (!key) throw errors.noApiKey();
    const sdk = await loadSdk();
    try {
      const { max_tokens: _, stream: _stream, ...counted } = messagesBody(request, this.#modelOf(request));
      const { input_tokens } = await this.#client(sdk, key, fetch).messages.countTokens(counted, { signal });
      return input_tokens;
    } catch (error) {
      throw this.#failure(sdk, error, request.model, key);
    }
  }

  stream(request: ProviderRequest, signal: AbortSignal): AsyncGenerator<ProviderEvent, void, undefined> {
    return withRetries(() => this.#attempt(request, signal), signal, request.retries);
  }

  async *#attempt(
    request: ProviderRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ProviderEvent, Outcome, undefined> {
    const limitMs = this.#options.idleLimitMs ?? idleLimitMs;
    const watch = new IdleWatch(limitMs, signal);
    const reader = new AnthropicStream(
      request.messages.flatMap(({ content }) => content.filter((block) => block.type === 'passage')),
    );
    let begun = false;
    let key: string | undefined;
    let sdk: Sdk | undefined;
    try {
      key = await this.#options.secrets.get(anthropicKeyName);
      if (!key) throw errors.noApiKey();
      // What cannot stand in a header is no key; the platform's own error would quote it.
      if (!/^[\x21-\x7e]+$/.test(key)) throw errors.apiKeyRejected();
      if (!isHttp(this.#options.baseUrl())) throw errors.baseUrlInvalid();
      sdk = await loadSdk();
      const { request: wound, body, betas } = this.#wind(request);
      const events = await this.#client(sdk, key, watch.fetch).messages.create(
        { ...messagesBody(wound, this.#modelOf(request)), ...body },
        {
          signal: watch.signal,
          ...(betas.length === 0 ? {} : { headers: { 'anthropic-beta': betas.join() } }),
        },
      );
      for await (const event of events) {
        // What was read ahead is not what the user wanted to see after stopping.
        if (signal.aborted) break;
        begun = true;
        yield* reader.read(event);
        if (reader.finished) return { done: true };
      }
      if (signal.aborted) {
        yield { type: 'aborted' };
        return { done: true };
      }
      throw watch.stalled ? errors.streamStalled(limitMs / 1000) : errors.streamTruncated();
    } catch (error) {
      if (signal.aborted) {
        yield { type: 'aborted' };
        return { done: true };
      }
      const failure = watch.stalled
        ? errors.streamStalled(limitMs / 1000)
        : this.#failure(sdk, error, request.model, key);
      if (!begun) return { done: false, failure, retryable: watch.stalled || mayPass(sdk, error, failure) };
      yield { type: 'error', error: errors.toErrorInfo(failure) };
      return { done: true };
    } finally {
      watch.stop();
    }
  }

  #client(sdk: Sdk, apiKey: string, fetchFunction: typeof fetch): Anthropic {
    return new sdk.default({
      apiKey,
      // Only the key given here is used, whatever the environment holds.
      authToken: null,
      openTelemetry: false,
      // A redirect would carry the key to another host.
      fetchOptions: { redirect: 'manual' },
      baseURL: this.#options.baseUrl(),
      fetch: fetchFunction,
      // Retries are made here, where they can be shown; a second layer would multiply them.
      maxRetries: 0,
      // The SDK's own log prints requests and headers.
      logLevel: 'off',
      timeout: 600_000,
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
    const host = hostOf(this.#options.baseUrl());
    if (sdk && error instanceof sdk.APIConnectionError) return errors.providerUnreachable(host);
    // Whoever answers may quote what it was sent.
    const hidden = (text: string) => (key ? text.replaceAll(key, '[API key]') : text);
    if (sdk && error instanceof sdk.APIError) {
      if (error.status !== undefined && error.status < 400) return errors.providerRedirected(host);
      return apiError(
        {
          status: error.status,
          type: error.type,
          message: hidden(error.apiMessage ?? ''),
          retryAfterMs: retryAfterOf(error.headers, this.#options.clock.now()),
        },
        model,
      );
    }
    // A connection cut while the body is read reaches us as a plain error of the platform's fetch.
    this.#options.log.error('An answer of Claude broke off.', error);
    return errors.streamTruncated();
  }
}

/** Errors in the stream have no status; these are those of them that another attempt may find gone. */
const passing: ReadonlySet<string> = new Set(['overloaded', 'rate_limited', 'provider_failed']);

function mayPass(sdk: Sdk | undefined, error: unknown, failure: errors.CausewayError): boolean {
  if (!sdk || !(error instanceof sdk.APIError)) return false;
  if (error instanceof sdk.APIConnectionError) return true;
  if (error.status === undefined) return passing.has(failure.code);
  return isRetryable(error.status, error.headers?.get('x-should-retry'));
}

const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'the configured base URL, which is not a URL';
  }
}
