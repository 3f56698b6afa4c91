/** The one way to a provider off the machine: whether it may be asked at all, and only with what may leave. */
import { type CausewayError, toErrorInfo } from '../errors.ts';
import type { Provider, ProviderRequest } from './provider.ts';

export interface Gate {
  /** Why nothing may go to this provider now, or to any; undefined when it may. Read anew for each request. */
  barred(provider?: Pick<Provider, 'staysHere'>): CausewayError | undefined;
  /** The request as it may leave. Throws `masking_failed`. */
  masked(request: ProviderRequest): Promise<ProviderRequest>;
  /** Texts as they may leave, in order. Throws `masking_failed`. */
  maskedTexts(texts: readonly string[]): Promise<string[]>;
}

/** A provider that stays on the machine needs no gate. */
export function gated(provider: Provider, gate: Gate): Provider {
  if (!provider.remote) return provider;
  const {
    onlyByName,
    ownNames,
    refreshModels,
    unlistedModel,
    countTokens,
    embed,
    wireBody,
    unmet,
    embeddingModels,
    staysHere,
  } = provider;
  return {
    id: provider.id,
    name: provider.name,
    remote: true,
    ...(staysHere === undefined ? {} : { staysHere }),
    ...(onlyByName === undefined ? {} : { onlyByName }),
    ...(ownNames === undefined ? {} : { ownNames }),
    async availability() {
      const barred = gate.barred(provider);
      return barred ? { ready: false, error: toErrorInfo(barred) } : provider.availability();
    },
    models: () => provider.models(),
    async *stream(request, signal) {
      let sent: ProviderRequest;
      try {
        const barred = gate.barred(provider);
        if (barred) throw barred;
        sent = await gate.masked(request);
      } catch (error) {
        yield signal.aborted ? { type: 'aborted' } : { type: 'error', error: toErrorInfo(error) };
        return;
      }
      yield* provider.stream(sent, signal);
    },
    ...(refreshModels && {
      async refreshModels(signal) {
        if (!gate.barred(provider)) await refreshModels.call(provider, signal);
      },
    }),
    ...(unlistedModel && { unlistedModel: (id) => unlistedModel.call(provider, id) }),
    ...(countTokens && {
      async countTokens(request, signal) {
        const barred = gate.barred(provider);
        if (barred) throw barred;
        return countTokens.call(provider, await gate.masked(request), signal);
      },
    }),
    ...(embed && {
      async embed({ model, texts }, signal) {
        const barred = gate.barred(provider);
        if (barred) throw barred;
        return embed.call(provider, { model, texts: await gate.maskedTexts(texts) }, signal);
      },
    }),
    ...(wireBody && { wireBody: (request) => wireBody.call(provider, request) }),
    ...(embeddingModels && { embeddingModels: () => embeddingModels.call(provider) }),
    ...(unmet && { unmet: (...asked) => unmet.apply(provider, asked) }),
  } satisfies Provider;
}
