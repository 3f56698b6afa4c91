/** The OpenAI-compatible servers there are: those the user has set, and those every machine may know by their presets. */
import { z } from 'zod';
import { type Preset, presetIds, presets } from './presets.ts';

/** Names that mean another provider. */
const taken: readonly string[] = ['anthropic', 'offline', 'route', 'vscode'];

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'an http or https address' })
  // What stands in a URL is shown and logged.
  .refine((url) => URL.parse(url)?.password === '' && URL.parse(url)?.username === '', {
    error: 'an address without a user name or password; set the key by its command',
  });

/** One of the setting `causeway.providers`. */
export const endpointSetting = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, 'small letters, digits, dots and hyphens')
      .refine((id) => !taken.includes(id), { error: `another name than ${taken.join(', ')}` }),
    preset: z.enum(presetIds),
    name: z.string().min(1).max(60).optional(),
    baseUrl: baseUrl.optional(),
    contextTokens: z.number().int().min(1_024).max(10_000_000).optional(),
    maxOutputTokens: z.number().int().min(256).max(1_000_000).optional(),
    images: z.boolean().optional(),
    tools: z.boolean().optional(),
    structuredOutputs: z.boolean().optional(),
  })
  .refine((one) => (one.baseUrl ?? presets[one.preset].baseUrl) !== undefined, {
    path: ['baseUrl'],
    error: 'a base URL, which this preset does not have',
  });
export type EndpointSetting = z.infer<typeof endpointSetting>;

export const endpointSettings = z
  .array(endpointSetting)
  .max(50)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, { error: 'each id only once' });

export interface Endpoint {
  id: string;
  name: string;
  /** Without a slash at its end. */
  baseUrl: string;
  preset: Preset;
  /** The user has set it, so that it may answer where no model is named. */
  configured: boolean;
  own: Pick<EndpointSetting, 'contextTokens' | 'maxOutputTokens' | 'images' | 'tools' | 'structuredOutputs'>;
}

/** The user's own in their order, then the presets whose address is known and whose name is free. */
export function endpointsOf(configured: readonly EndpointSetting[]): Endpoint[] {
  const own = configured.flatMap((one): Endpoint[] => {
    const preset = presets[one.preset];
    const { id, name = preset.name, baseUrl: url = preset.baseUrl, preset: _, ...rest } = one;
    return url === undefined
      ? []
      : [{ id, name, baseUrl: withoutSlash(url), preset, configured: true, own: rest }];
  });
  const known = presetIds.flatMap((id): Endpoint[] => {
    const preset = presets[id];
    if (preset.baseUrl === undefined || own.some((one) => one.id === id)) return [];
    return [{ id, name: preset.name, baseUrl: preset.baseUrl, preset, configured: false, own: {} }];
  });
  return [...own, ...known];
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

/**
 * Name of an endpoint's key in `Secrets`. It holds the address, so that a key goes only where it was given for: a
 * setting that another program or a container has changed sends it nowhere else.
 */
export const endpointKeyName = ({ id, baseUrl: url }: Pick<Endpoint, 'id' | 'baseUrl'>): string =>
  `${id}@${URL.parse(url)?.origin ?? ''}`;

/** Whether an address is this machine's own. */
export function isLoopback(url: string): boolean {
  const host = URL.parse(url)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
