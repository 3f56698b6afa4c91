/** What each setting may be, and what it is when nothing that fits is set. A test compares this with package.json. */
import { z } from 'zod';
import { endpointSettings } from '../core/providers/openai/endpoints.ts';
import type { Price } from '../core/providers/provider.ts';
import { routeSettings } from '../core/providers/routes.ts';
import { defaultSettings } from '../core/settings.ts';
import { defaultPort } from '../protocol/bridge.ts';
import { groundingModes } from '../protocol/entries.ts';
import type { SettingName } from './ids.ts';

const rates = z.object({
  input: z.number().nonnegative(),
  output: z.number().nonnegative(),
  cacheWrite5m: z.number().nonnegative().optional(),
  cacheWrite1h: z.number().nonnegative().optional(),
  cacheRead: z.number().nonnegative().optional(),
});

/** A price as a user writes it; what is left out follows from the input rate as in Anthropic's price list. */
const price = rates.transform(
  ({ input, output, ...rest }): Price => ({
    input,
    output,
    cacheWrite5m: rest.cacheWrite5m ?? input * 1.25,
    cacheWrite1h: rest.cacheWrite1h ?? input * 2,
    cacheRead: rest.cacheRead ?? input * 0.1,
    asOf: 'setting',
  }),
);

export const settingSchemas = {
  model: z.string().max(200),
  smallModel: z.string().max(200),
  providers: endpointSettings,
  routes: routeSettings,
  grounding: z.enum(groundingModes),
  maxOutputTokens: z.number().int().min(256).max(128_000),
  thinking: z.boolean(),
  profile: z.string().max(60),
  instructions: z.string().max(20_000),
  'context.conversationTokens': z.number().int().min(2_000).max(1_000_000),
  'context.recall': z.enum(['off', 'session', 'workspace']),
  'context.embeddings': z.string().max(200),
  'context.compaction': z.enum(['model', 'extractive', 'off']),
  'context.terminal': z.boolean(),
  'context.problems': z.boolean(),
  'privacy.maskSecrets': z.boolean(),
  'privacy.maskPersonalData': z.boolean(),
  'privacy.maskedNames': z.array(z.string().max(200)).max(1000),
  'privacy.localOnly': z.boolean(),
  prices: z.record(z.string(), price),
  'anthropic.baseUrl': z.url({ protocol: /^https?$/ }),
  'anthropic.contextEditing': z.boolean(),
  'anthropic.serverCompaction': z.boolean(),
  'anthropic.memoryTool': z.boolean(),
  'anthropic.longCache': z.boolean(),
  encryptSessions: z.boolean(),
  'trash.retentionDays': z.number().int().min(0).max(3650),
  'bridge.enabled': z.boolean(),
  /** Judged by the bridge, whose words name the value that does not fit. */
  'bridge.port': z.unknown(),
  'callLog.bodies': z.boolean(),
  'openTelemetry.endpoint': z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
} as const satisfies Record<SettingName, z.ZodType>;

export type SettingValue<N extends SettingName> = z.output<(typeof settingSchemas)[N]>;

export const settingDefaults: { readonly [N in SettingName]: SettingValue<N> } = {
  model: defaultSettings.model,
  smallModel: defaultSettings.smallModel,
  providers: [...defaultSettings.endpoints],
  routes: defaultSettings.routes,
  grounding: defaultSettings.grounding,
  maxOutputTokens: defaultSettings.maxOutputTokens,
  thinking: defaultSettings.thinking,
  profile: defaultSettings.profile,
  instructions: defaultSettings.instructions,
  'context.conversationTokens': defaultSettings.conversationTokens,
  'context.recall': defaultSettings.recall,
  'context.embeddings': defaultSettings.embeddings,
  'context.compaction': defaultSettings.compaction,
  'context.terminal': true,
  'context.problems': false,
  'privacy.maskSecrets': defaultSettings.maskSecrets,
  'privacy.maskPersonalData': defaultSettings.maskPersonalData,
  'privacy.maskedNames': [...defaultSettings.maskedNames],
  'privacy.localOnly': defaultSettings.localOnly,
  prices: defaultSettings.prices,
  'anthropic.baseUrl': defaultSettings.anthropicBaseUrl,
  'anthropic.contextEditing': defaultSettings.anthropicFeatures.contextEditing,
  'anthropic.serverCompaction': defaultSettings.anthropicFeatures.serverCompaction,
  'anthropic.memoryTool': defaultSettings.anthropicFeatures.memoryTool,
  'anthropic.longCache': defaultSettings.anthropicFeatures.longCache,
  encryptSessions: false,
  'trash.retentionDays': 0,
  'bridge.enabled': false,
  'bridge.port': defaultPort,
  'callLog.bodies': defaultSettings.keepCallBodies,
  'openTelemetry.endpoint': defaultSettings.otlpEndpoint,
};
