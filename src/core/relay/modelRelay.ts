/** Claude's API, and the servers beside it, for programs that call them themselves: with the user's keys and under the user's rules. */
import { apiKeyRejected, baseUrlInvalid, type CausewayError, noApiKey } from '../errors.ts';
import type { Limiter } from '../limits/limiter.ts';
import { isLimited } from '../limits/limits.ts';
import { holdCall } from '../limits/spending.ts';
import type { Secrets } from '../ports.ts';
import { anthropicKeyName } from '../providers/anthropic/keyName.ts';
import { claudeModels } from '../providers/anthropic/models.ts';
import type { EndpointSetting } from '../providers/openai/endpoints.ts';
import { costOf } from '../providers/prices.ts';
import type { Price } from '../providers/provider.ts';
import {
  type LoggedCall,
  loggedModel,
  type ModelRelay,
  type RelayedCall,
  type RelayGrant,
  type RelayLimits,
  type RelayOperation,
  type RelayPrincipal,
  type RelayRequest,
  type RelayServer,
  type RelayTransforms,
  type UsageQuery,
  type UsageRow,
} from '../relay.ts';
import type { Masker } from '../secrets/masker.ts';
import type { Transforms } from '../transforms/transforms.ts';
import type { CallBatch } from './callBatch.ts';
import { KeptSecret } from './keptSecret.ts';
import { relayedTransforms } from './relayedTransforms.ts';
import { RelayServers } from './servers.ts';

/**
 * The SDK gives an answer without a stream ten minutes, so that no client of it waits longer. Within an answer the
 * API pings a waiting stream every few seconds, so that a minute of silence means the connection is dead.
 */
const defaultLimits: RelayLimits = { headMs: 600_000, idleMs: 60_000 };

export interface AnthropicRelayOptions {
  secrets: Secrets;
  /** Where each call is kept; it belongs to whoever made it. */
  calls: CallBatch;
  /** Why nothing may leave now. Read anew for each request. */
  barred(staysHere: boolean): CausewayError | undefined;
  baseUrl(): string;
  /** OpenAI-compatible servers that the user has set; those of the presets are there without. Read anew each time. */
  endpoints?(): readonly EndpointSetting[];
  /** Prices the user has set, by model id; they come before the table. */
  prices?(): Readonly<Record<string, Price>>;
  limits?: RelayLimits;
  /** Without one, no program is held to any limit. */
  limiter?: Limiter;
  /** Without it nobody looks for secrets. */
  masker?: Pick<Masker, 'texts' | 'through'>;
  /** The user's own modules that see what leaves; none when absent. */
  transforms?: Transforms;
}

/** Tokens of the largest window there is, for models that are not in the table. */
const largestWindow = 1_000_000;

/** What can stand in a header; the platform's own error about anything else would quote it. */
const sendable = /^[\x21-\x7e]+$/;

export class AnthropicRelay implements ModelRelay {
  readonly #options: AnthropicRelayOptions;
  readonly #key: KeptSecret;
  readonly #servers: RelayServers;
  readonly #limits: RelayLimits;
  /** The base URL that was found to be one, so that it is not parsed for each request. */
  #checkedUrl = '';

  constructor(options: AnthropicRelayOptions) {
    this.#options = options;
    this.#key = new KeptSecret(options.secrets, anthropicKeyName);
    this.#servers = new RelayServers(options.secrets, options.endpoints ?? (() => []));
    this.#limits = options.limits ?? defaultLimits;
  }

  authorise(principal: RelayPrincipal, request: RelayRequest): RelayGrant | Promise<RelayGrant> {
    const staysHere = request.server !== undefined && this.#servers.staysHere(request.server.provider);
    const barred = this.#options.barred(staysHere);
    if (barred) throw barred;
    if (request.server)
      return this.#servers
        .grant(request.server.provider)
        .then((one) => this.#limited(one, principal, request));
    const baseUrl = this.#options.baseUrl();
    if (baseUrl !== this.#checkedUrl) {
      if (!isHttp(baseUrl)) throw baseUrlInvalid();
      this.#checkedUrl = baseUrl;
    }
    const key = this.#key.get();
    return typeof key === 'string'
      ? this.#limited(this.#grant(baseUrl, key), principal, request)
      : key.then((one) => this.#limited(this.#grant(baseUrl, one), principal, request));
  }

  transforms(server?: RelayServer): RelayTransforms | undefined | Promise<RelayTransforms | undefined> {
    const { transforms, barred, masker } = this.#options;
    if (!transforms) return undefined;
    // Where nothing may leave, no module is run either.
    if (barred(server !== undefined && this.#servers.staysHere(server.provider))) return undefined;
    const active = transforms.active();
    return active && Promise.resolve(active).then((one) => one && relayedTransforms(one, masker));
  }

  async isClean(texts: readonly string[]): Promise<boolean> {
    const masked = await this.#options.masker?.texts(texts).catch(() => undefined);
    return masked?.every((text, index) => text === texts[index]) === true;
  }

  record(call: RelayedCall): void {
    const logged = this.#logged(call);
    call.hold?.settle({
      usage: call.usage,
      costUsd: logged.cost,
      certain:
        !call.unsure &&
        ((call.outcome === 'done' && call.usage !== undefined) ||
          call.outcome === 'refused' ||
          !call.reached),
    });
    this.#options.calls.add(logged, call.bodies);
  }

  async usage(query: UsageQuery): Promise<UsageRow[]> {
    return this.#options.calls.read((calls) => calls.usage(query));
  }

  dispose(): void {
    this.#key.dispose();
    this.#servers.dispose();
  }

  #grant(baseUrl: string, key: string | undefined): RelayGrant {
    if (!key) throw noApiKey();
    if (!sendable.test(key)) throw apiKeyRejected();
    const bodies = this.#options.calls.keepsBodies;
    return { baseUrl, key, limits: this.#limits, ...(bodies ? { bodies } : {}) };
  }

  /** Last, so that nothing is held for what is refused for another reason. */
  #limited(
    grant: RelayGrant,
    principal: RelayPrincipal,
    { operation, model = '', server, size, maxTokens }: RelayRequest,
  ): RelayGrant | Promise<RelayGrant> {
    const { limiter } = this.#options;
    if (!limiter || principal.kind === 'owner' || !isBilled(operation)) return grant;
    const { client } = principal;
    if (!isLimited(client.limits) && !isLimited(client.overall)) return grant;
    const known = server ?? claudeModels.find(({ id }) => id === model);
    const hold = holdCall(
      limiter,
      client,
      {
        model,
        price: server ? server.price : this.#priceOf(model),
        window: known?.window ?? largestWindow,
        maxOutput: operation === 'embeddings' ? 0 : (maxTokens ?? known?.maxOutput ?? largestWindow),
        ...size(),
      },
      { parallel: 1 },
    );
    if (hold === undefined) return grant;
    return hold instanceof Promise ? hold.then((one) => ({ ...grant, hold: one })) : { ...grant, hold };
  }

  #logged(call: RelayedCall): LoggedCall {
    const { principal, model = '', usage, firstByteMs, firstTokenMs, requestId } = call;
    const logged: LoggedCall = {
      at: call.at,
      client: principal.kind === 'owner' ? 'owner' : principal.client.id,
      wire: call.wire,
      operation: call.operation,
      provider: call.server?.provider ?? 'anthropic',
      model: call.server ? loggedModel(call.server.provider, call.server.id) : model,
      stream: call.stream,
      status: call.status,
      outcome: call.outcome,
      totalMs: call.totalMs,
    };
    const price = call.server ? call.server.price : this.#priceOf(model);
    const cost = usage && costOf(usage, price);
    if (usage !== undefined) logged.usage = usage;
    if (cost !== undefined) logged.cost = cost;
    if (firstByteMs !== undefined) logged.firstByteMs = firstByteMs;
    if (firstTokenMs !== undefined) logged.firstTokenMs = firstTokenMs;
    if (requestId !== undefined) logged.requestId = requestId;
    if (call.cache !== undefined) logged.cache = call.cache;
    return logged;
  }

  #priceOf(model: string): Price | undefined {
    return this.#options.prices?.()[model] ?? claudeModels.find(({ id }) => id === model)?.price;
  }
}

const isBilled = (operation: RelayOperation): boolean =>
  operation === 'messages' || operation === 'embeddings';

const isHttp = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
