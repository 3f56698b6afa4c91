/** What servers say of their models, each in its own fields beside those of OpenAI's list. */
import { z } from 'zod';
import type { ModelInfo, Price } from '../provider.ts';
import type { Endpoint } from './endpoints.ts';

export interface ChatModel extends ModelInfo {
  /** Its answer can be held to a JSON Schema. */
  structuredOutputs: boolean;
}

const tokens = z.number().int().positive().nullish().catch(undefined);
const dollars = z.coerce.number().nonnegative().nullish().catch(undefined);

const listed = z.object({
  id: z.string().min(1).max(200),
  name: z.string().nullish().catch(undefined),
  /** vLLM. */
  max_model_len: tokens,
  /** OpenRouter. */
  context_length: tokens,
  top_provider: z.object({ max_completion_tokens: tokens }).nullish().catch(undefined),
  architecture: z
    .object({ input_modalities: z.array(z.string()) })
    .nullish()
    .catch(undefined),
  supported_parameters: z.array(z.string()).nullish().catch(undefined),
  /** US dollars of one token, as text. */
  pricing: z
    .object({ prompt: dollars, completion: dollars, input_cache_read: dollars, input_cache_write: dollars })
    .nullish()
    .catch(undefined),
  /** Mistral. */
  max_context_length: tokens,
  capabilities: z
    .object({
      completion_chat: z.boolean().nullish().catch(undefined),
      function_calling: z.boolean().nullish().catch(undefined),
      vision: z.boolean().nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
  /** llama.cpp. */
  meta: z.object({ n_ctx: tokens, n_ctx_train: tokens }).nullish().catch(undefined),
});
type Listed = z.infer<typeof listed>;

/** A body of `/models`, or of one of the lists below; what does not fit in it is passed over. */
const list = z.object({ data: z.array(z.unknown()).catch([]) }).catch({ data: [] });

/** Longest list that is kept: an aggregator has some hundreds. */
const most = 1_000;

/** Models that write no text have names of these in every list that does not tell what a model is for. */
const notForChat =
  /embed|whisper|tts|dall-e|moderation|transcribe|realtime|(?:^|[-/])(?:image|audio|rerank|ocr|sora|veo|imagen)(?:-|$)|davinci-002|babbage/i;

export function modelsOf(body: unknown, endpoint: Endpoint, day: string): ChatModel[] {
  return list
    .parse(body)
    .data.slice(0, most)
    .flatMap((value) => {
      const parsed = listed.safeParse(value);
      if (!parsed.success || notForChat.test(parsed.data.id)) return [];
      if (parsed.data.capabilities?.completion_chat === false) return [];
      return [modelOf(parsed.data, endpoint, day)];
    });
}

const embeds = /embed/i;

/** Ids of the models in the list that turn texts into numbers, which no list tells but by their names. */
export const embeddingModelsOf = (body: unknown): string[] =>
  list
    .parse(body)
    .data.slice(0, most)
    .flatMap((value) => {
      const { id = '' } = listed.safeParse(value).data ?? {};
      return embeds.test(id) ? [id.replace(/^models\//, '')] : [];
    });

/** Of a model that nobody listed. */
export const unlistedChatModel = (id: string, endpoint: Endpoint): ChatModel => modelOf({ id }, endpoint, '');

/** An answer is given this part of the window where nobody says how long it may be. */
const answerShare = 4;
/** What the smaller ones of the hosted models may answer. */
const usualOutput = 16_384;

type Known = Pick<Listed, 'id'> & { [K in keyof Omit<Listed, 'id'>]?: Listed[K] };

function modelOf(model: Known, { id: provider, preset, own }: Endpoint, day: string): ChatModel {
  const window =
    own.contextTokens ??
    model.max_model_len ??
    model.context_length ??
    model.max_context_length ??
    model.meta?.n_ctx ??
    preset.window;
  const output =
    own.maxOutputTokens ??
    model.top_provider?.max_completion_tokens ??
    Math.min(usualOutput, Math.floor(window / answerShare));
  const parameters = model.supported_parameters;
  const price = priceOf(model.pricing, day);
  return {
    provider,
    // Gemini lists its models with the name of the collection before them, and takes them without.
    id: model.id.replace(/^models\//, ''),
    name: model.name ?? model.id.replace(/^models\//, ''),
    window,
    maxOutput: Math.min(output, window),
    images:
      own.images ??
      model.architecture?.input_modalities.includes('image') ??
      model.capabilities?.vision ??
      preset.images,
    pdfs: preset.pdfs,
    tools: own.tools ?? parameters?.includes('tools') ?? model.capabilities?.function_calling ?? true,
    thinking: false,
    structuredOutputs:
      own.structuredOutputs ?? parameters?.includes('structured_outputs') ?? preset.structuredOutputs,
    // Vocabularies of this size count about as the one counted with does; the first answers say how much they differ.
    tokenFactor: 1,
    ...(price === undefined ? {} : { price }),
  };
}

function priceOf(pricing: Known['pricing'], day: string): Price | undefined {
  const { prompt, completion } = pricing ?? {};
  // An aggregator's router has a price of −1, which fits nothing here and is unknown.
  if (prompt == null || completion == null) return undefined;
  const million = 1_000_000;
  const write = (pricing?.input_cache_write ?? prompt) * million;
  return {
    input: prompt * million,
    output: completion * million,
    cacheWrite5m: write,
    cacheWrite1h: write,
    cacheRead: (pricing?.input_cache_read ?? prompt) * million,
    asOf: day,
  };
}

const loaded = z.object({
  models: z.array(z.object({ model: z.string(), context_length: tokens })).catch([]),
});
const studio = z.object({
  data: z
    .array(
      z.object({
        id: z.string(),
        type: z.string().nullish(),
        loaded_context_length: tokens,
        max_context_length: tokens,
        capabilities: z.array(z.string()).nullish().catch(undefined),
      }),
    )
    .catch([]),
});

/** Where each of the two tells sizes: https://docs.ollama.com/api and https://lmstudio.ai/docs/developer/rest. */
export const sizesPath = { ollama: '/api/ps', lmstudio: '/api/v0/models' } as const;

/** The models with what their server's own list says of them. */
export function withSizes(
  models: readonly ChatModel[],
  body: unknown,
  kind: keyof typeof sizesPath,
  { own }: Endpoint,
): ChatModel[] {
  const sized = (model: ChatModel, size: number | null | undefined): ChatModel => {
    const window = own.contextTokens ?? size ?? model.window;
    const output = own.maxOutputTokens ?? Math.min(usualOutput, Math.floor(window / answerShare));
    return { ...model, window, maxOutput: Math.min(output, window) };
  };
  if (kind === 'ollama') {
    const sizes = new Map(loaded.safeParse(body).data?.models.map((one) => [one.model, one.context_length]));
    return models.map((model) => sized(model, sizes.get(model.id)));
  }
  const known = new Map(studio.safeParse(body).data?.data.map((one) => [one.id, one]));
  return models.flatMap((model) => {
    const one = known.get(model.id);
    if (!one) return [model];
    if (one.type === 'embeddings') return [];
    return [
      {
        // A model that is not loaded will be with the size its user has set, which only its loading shows.
        ...sized(model, one.loaded_context_length),
        images: own.images ?? one.type === 'vlm',
        tools: own.tools ?? one.capabilities?.includes('tool_use') ?? model.tools,
      },
    ];
  });
}
