/**
 * Servers that speak OpenAI's chat completions, as data: where they are, and in what they differ from one another.
 * Sources: the compatibility pages of each (platform.openai.com, docs.mistral.ai, ai.google.dev/gemini-api/docs/openai,
 * openrouter.ai/docs, docs.litellm.ai, docs.ollama.com/api/openai-compatibility, lmstudio.ai/docs, docs.vllm.ai,
 * llama.cpp's tools/server/README.md).
 */

export const presetIds = [
  'openai',
  'mistral',
  'gemini',
  'openrouter',
  'litellm',
  'apipark',
  'ollama',
  'lmstudio',
  'llamacpp',
  'vllm',
  'other',
] as const;
export type PresetId = (typeof presetIds)[number];

export interface Preset {
  name: string;
  /** Absent where only the user knows it. */
  baseUrl?: string;
  key: 'needed' | 'optional';
  /** Where one gets a key. */
  keyPage?: string;
  /** Environment variable that may have the key. */
  keyVariable?: string;
  /** The program people run on their own machine; it is looked for at its usual port when they ask for models. */
  local: boolean;
  /** A list of its own beside `/models` that tells how many tokens a model takes. */
  sizes?: 'ollama' | 'lmstudio';
  /** What the ceiling of an answer is called. */
  ceiling: 'max_tokens' | 'max_completion_tokens';
  /** Takes `stream_options.include_usage`; one that does not sends usage unasked. */
  usageOption: boolean;
  /** Holds an answer to a JSON Schema. */
  structuredOutputs: boolean;
  /** Takes `reasoning_effort`. */
  effort: boolean;
  images: boolean;
  pdfs: boolean;
  /** Ids of tool calls have to be nine letters and digits. */
  nineSignIds?: boolean;
  /** Refuses calls in the history without a signature of its own; this one is documented for calls of other models. */
  callSignature?: string;
  /** Tokens of input and output together, for models whose size nobody tells. */
  window: number;
}

/** What every larger hosted model takes at least; the user can name more. */
const hostedWindow = 128_000;
/** What Ollama gives a model on a machine with less than 24 GiB of graphics memory; what is longer it cuts in silence. */
const ollamaWindow = 4_096;
/** The least that local servers load a model with by default. */
const localWindow = 8_192;

const hosted = {
  key: 'needed',
  local: false,
  ceiling: 'max_tokens',
  usageOption: true,
  structuredOutputs: true,
  effort: false,
  images: true,
  pdfs: false,
  window: hostedWindow,
} as const;

const local = { ...hosted, key: 'optional', local: true, images: false, window: localWindow } as const;

/** Whatever stands behind a gateway decides what it can do, so that nothing is presumed. */
const gateway = { ...hosted, structuredOutputs: false, usageOption: true } as const;

export const presets: Readonly<Record<PresetId, Preset>> = {
  openai: {
    ...hosted,
    name: 'OpenAI',
    baseUrl: 'https://api.openai.com/v1',
    keyPage: 'https://platform.openai.com/api-keys',
    keyVariable: 'OPENAI_API_KEY',
    // Its reasoning models refuse the older name.
    ceiling: 'max_completion_tokens',
    effort: true,
    pdfs: true,
  },
  mistral: {
    ...hosted,
    name: 'Mistral',
    baseUrl: 'https://api.mistral.ai/v1',
    keyPage: 'https://console.mistral.ai/api-keys',
    keyVariable: 'MISTRAL_API_KEY',
    // It refuses fields it does not know.
    usageOption: false,
    nineSignIds: true,
  },
  gemini: {
    ...hosted,
    name: 'Gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keyPage: 'https://aistudio.google.com/apikey',
    keyVariable: 'GEMINI_API_KEY',
    effort: true,
    callSignature: 'skip_thought_signature_validator',
  },
  openrouter: {
    ...hosted,
    name: 'OpenRouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    keyPage: 'https://openrouter.ai/keys',
    keyVariable: 'OPENROUTER_API_KEY',
    structuredOutputs: false,
    effort: true,
    pdfs: true,
  },
  litellm: { ...gateway, name: 'LiteLLM', key: 'optional', keyVariable: 'LITELLM_API_KEY' },
  apipark: { ...gateway, name: 'APIPark', keyVariable: 'APIPARK_API_KEY' },
  ollama: {
    ...local,
    name: 'Ollama',
    baseUrl: 'http://127.0.0.1:11434/v1',
    sizes: 'ollama',
    window: ollamaWindow,
  },
  lmstudio: { ...local, name: 'LM Studio', baseUrl: 'http://127.0.0.1:1234/v1', sizes: 'lmstudio' },
  llamacpp: { ...local, name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
  vllm: { ...local, name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
  other: { ...gateway, name: 'OpenAI-compatible server', key: 'optional' },
};
