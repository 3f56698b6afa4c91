/** In what the servers differ that speak this API, as far as a client has to know it. */

export interface FakeModel {
  id: string;
  /** Tokens of input and output together. */
  window: number;
  /** False for one that refuses tools. */
  tools?: boolean;
}

export interface Flavour {
  /** Fields of a request that are refused, with the server's status. */
  refused?: { fields: string[]; status: number };
  /** Ids of calls have nine signs. */
  nineSignIds?: true;
  /** Calls in the history need a signature. */
  signedCalls?: true;
  /** A whole call comes in one chunk, all with the index 0. */
  wholeCalls?: true;
  /** Says `stop` though it calls tools. */
  stopsWithCalls?: true;
  /** False for one without embeddings. */
  embeds?: false;
  /** A prompt that is too long is cut in silence. */
  cutsPrompts?: true;
  /** The name of what a model thought. */
  reasoning?: 'reasoning_content' | 'reasoning';
  /** Usage comes with the last chunk of the answer, asked for or not. */
  usageUnasked?: true;
  /** How it says that a prompt is too long. */
  tooLong?(tokens: number, window: number): { status: number; error: object };
  /** Its list of models. */
  list?(models: readonly FakeModel[]): unknown;
  /** Lists beside that of OpenAI. */
  also?: Readonly<Record<string, (models: readonly FakeModel[]) => unknown>>;
}

const plainList = (models: readonly FakeModel[], more: (model: FakeModel) => object = () => ({})) => ({
  object: 'list',
  data: models.map((model) => ({
    id: model.id,
    object: 'model',
    created: 1_750_000_000,
    owned_by: 'fake',
    ...more(model),
  })),
});

export const flavours = {
  openai: { refused: { fields: ['max_tokens'], status: 400 } },
  mistral: {
    refused: { fields: ['stream_options', 'max_completion_tokens'], status: 422 },
    nineSignIds: true,
    usageUnasked: true,
    tooLong: (tokens, window) => ({
      status: 400,
      error: {
        object: 'error',
        message: `Prompt contains ${tokens} tokens and 0 draft tokens, too large for model with ${window} maximum context length`,
        type: 'invalid_request_prompt',
        code: '3051',
      },
    }),
    list: (models) =>
      plainList(models, ({ window }) => ({
        max_context_length: window,
        capabilities: { completion_chat: true, function_calling: true, vision: false },
      })),
  },
  gemini: {
    signedCalls: true,
    wholeCalls: true,
    tooLong: (tokens, window) => ({
      status: 400,
      error: {
        code: 400,
        message: `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${window}).`,
        status: 'INVALID_ARGUMENT',
      },
    }),
    list: (models) => plainList(models.map((model) => ({ ...model, id: `models/${model.id}` }))),
  },
  ollama: {
    wholeCalls: true,
    stopsWithCalls: true,
    cutsPrompts: true,
    reasoning: 'reasoning',
    also: {
      '/api/ps': (models) => ({
        models: models.slice(0, 1).map(({ id, window }) => ({ name: id, model: id, context_length: window })),
      }),
    },
  },
  lmstudio: {
    reasoning: 'reasoning_content',
    also: {
      '/api/v0/models': (models) => ({
        object: 'list',
        data: [
          ...models.map(({ id, window }, place) => ({
            id,
            object: 'model',
            type: 'vlm',
            state: place === 0 ? 'loaded' : 'not-loaded',
            max_context_length: 131_072,
            ...(place === 0 ? { loaded_context_length: window } : {}),
            capabilities: ['tool_use'],
          })),
        ],
      }),
    },
  },
  llamacpp: {
    reasoning: 'reasoning_content',
    tooLong: (tokens, window) => ({
      status: 400,
      error: {
        code: 400,
        message: `request (${tokens} tokens) exceeds the available context size (${window} tokens), try increasing it`,
        type: 'exceed_context_size_error',
        n_prompt_tokens: tokens,
        n_ctx: window,
      },
    }),
    list: (models) => plainList(models, ({ window }) => ({ meta: { n_ctx: window, n_ctx_train: 131_072 } })),
  },
  vllm: {
    reasoning: 'reasoning_content',
    list: (models) => plainList(models, ({ window }) => ({ max_model_len: window })),
  },
  openrouter: {
    embeds: false,
    reasoning: 'reasoning',
    list: (models) => ({
      data: models.map(({ id, window, tools = true }) => ({
        id,
        name: `Fake: ${id}`,
        created: 1_750_000_000,
        context_length: window,
        architecture: { input_modalities: ['text', 'image'] },
        pricing: { prompt: '0.000002', completion: '0.00001', input_cache_read: '0.0000005' },
        top_provider: { context_length: window, max_completion_tokens: 9_000 },
        supported_parameters: ['max_tokens', ...(tools ? ['tools'] : []), 'structured_outputs'],
      })),
    }),
  },
} as const satisfies Record<string, Flavour>;
export type FlavourName = keyof typeof flavours;

export const listOf = (flavour: Flavour, models: readonly FakeModel[]): unknown =>
  flavour.list?.(models) ?? plainList(models);
