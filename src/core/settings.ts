import type { CoreSettings } from './ports.ts';
import { type AnthropicFeatures, noFeatures } from './providers/anthropic/secondWind.ts';
import type { EndpointSetting } from './providers/openai/endpoints.ts';
import type { Price } from './providers/provider.ts';

/** All settings the core is wired with. */
export interface Settings extends CoreSettings {
  /** OpenAI-compatible servers of the user's own. */
  readonly endpoints: readonly EndpointSetting[];
  readonly anthropicBaseUrl: string;
  readonly anthropicFeatures: AnthropicFeatures;
  /** What was said in the calls of programs is kept with them. */
  readonly keepCallBodies: boolean;
  /** The index of the workspace may lie on disk. */
  readonly keepIndex: boolean;
  /** Where calls are told as spans of OpenTelemetry, by OTLP over HTTP; empty: nowhere. */
  readonly otlpEndpoint: string;
  /** Prices the user has set, by model id; they come before the table. */
  readonly prices: Readonly<Record<string, Price>>;
}

/** What holds until the user sets something, whichever door is used. */
export const defaultSettings: Settings = {
  model: '',
  smallModel: '',
  routes: {},
  endpoints: [],
  grounding: 'open_files',
  // Room for a long file and for thinking before it, far below what every current model may answer.
  maxOutputTokens: 16_000,
  thinking: true,
  profile: 'coding',
  instructions: '',
  // A day's work at the desk; what is older is recalled when it matters, and a longer tail is paid for in each turn.
  conversationTokens: 24_000,
  recall: 'session',
  embeddings: '',
  compaction: 'model',
  maskSecrets: true,
  // An address or a name is often what a question is about.
  maskPersonalData: false,
  maskedNames: [],
  localOnly: false,
  anthropicBaseUrl: 'https://api.anthropic.com',
  anthropicFeatures: noFeatures,
  keepCallBodies: false,
  keepIndex: true,
  otlpEndpoint: '',
  prices: {},
};
