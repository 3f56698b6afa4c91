/**
 * The one way to a provider off the machine: whether it may be asked at all, and only with what may leave. The user's
 * transforms come before the masking, so that a secret which one of them adds is masked too.
 */
import { z } from 'zod';
import { raced } from '../../base/raced.ts';
import { type CausewayError, toErrorInfo } from '../errors.ts';
import { heldAnswer } from '../transforms/heldAnswer.ts';
import { changesIn, formOf, requestForm, withForm } from '../transforms/requestForm.ts';
import type { ActiveTransforms, TransformAbout, Transforms } from '../transforms/transforms.ts';
import type { Leaving, Provider, ProviderRequest } from './provider.ts';

export interface Gate {
  /** Why nothing may go to this provider now, or to any; undefined when it may. Read anew for each request. */
  barred(provider?: Pick<Provider, 'staysHere'>): CausewayError | undefined;
  /** The request as it may leave. Throws `masking_failed`. */
  masked(request: ProviderRequest): Promise<ProviderRequest>;
  /** Texts as they may leave, in order. Throws `masking_failed`. */
  maskedTexts(texts: readonly string[]): Promise<string[]>;
  /** The user's own modules, which are asked only where something may leave. */
  transforms(): ReturnType<Transforms['active']>;
}

const aboutOf = ({ id }: Provider, model: string, form: TransformAbout['form']): TransformAbout => ({
  form,
  from: 'session',
  provider: id,
  model,
});

/** Each text has its vector. */
const sameTexts = ({ length }: readonly string[]) => z.array(z.string()).length(length);

/** They may have to be loaded first, behind all that their thread has to do. */
const activeOf = (gate: Gate, signal: AbortSignal): Promise<ActiveTransforms | undefined> =>
  raced(Promise.resolve(gate.transforms()), signal);

/** A provider that stays on the machine needs no gate. */
export function gated(provider: Provider, gate: Gate): Provider {
  if (!provider.remote) return provider;
  const leaving = async (
    request: ProviderRequest,
    signal: AbortSignal,
  ): Promise<Leaving & { active?: ActiveTransforms }> => {
    const active = await activeOf(gate, signal);
    if (!active || request.transformed)
      return { request: await gate.masked(request), ...(active ? { active } : {}) };
    const about = aboutOf(provider, request.model, 'messages');
    const { value, files } = await active.request(formOf(request), requestForm, about, signal);
    const sent = await gate.masked(files.length === 0 ? request : withForm(request, value));
    const changes = files.length === 0 ? undefined : changesIn(request, sent, files);
    return { request: { ...sent, transformed: true }, active, ...(changes ? { changes } : {}) };
  };
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
      let sent: Awaited<ReturnType<typeof leaving>>;
      try {
        const barred = gate.barred(provider);
        if (barred) throw barred;
        sent = await leaving(request, signal);
      } catch (error) {
        yield signal.aborted ? { type: 'aborted' } : { type: 'error', error: toErrorInfo(error) };
        return;
      }
      const events = provider.stream(sent.request, signal);
      const about = aboutOf(provider, request.model, 'messages');
      yield* sent.active?.seesAnswers ? heldAnswer(events, sent.active, about, signal) : events;
    },
    async leaving(request, signal) {
      // Where nothing may leave, no module is asked either; the stream says why.
      if (gate.barred(provider)) return { request };
      const { active: _, ...sent } = await leaving(request, signal);
      return sent;
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
        return countTokens.call(provider, (await leaving(request, signal)).request, signal);
      },
    }),
    ...(embed && {
      async embed({ model, texts }, signal) {
        const barred = gate.barred(provider);
        if (barred) throw barred;
        const active = await activeOf(gate, signal);
        const about = aboutOf(provider, model, 'embeddings');
        const seen = await active?.request([...texts], sameTexts(texts), about, signal);
        const value = seen?.value ?? texts;
        return embed.call(provider, { model, texts: await gate.maskedTexts(value) }, signal);
      },
    }),
    ...(wireBody && { wireBody: (request) => wireBody.call(provider, request) }),
    ...(embeddingModels && { embeddingModels: () => embeddingModels.call(provider) }),
    ...(unmet && { unmet: (...asked) => unmet.apply(provider, asked) }),
  } satisfies Provider;
}
