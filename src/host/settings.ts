/** The user's settings as the core reads them. A value that does not fit counts as not set and is said in the log. */
import * as vscode from 'vscode';
import { z } from 'zod';
import type { CoreSettings, Log } from '../core/ports.ts';
import type { Price } from '../core/providers/provider.ts';
import { type GroundingMode, groundingModes } from '../protocol/entries.ts';
import { type SettingName, settingsSection } from './ids.ts';

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

const schemas = {
  model: z.string(),
  grounding: z.enum(groundingModes),
  maxOutputTokens: z.number().int().min(256).max(128_000),
  thinking: z.boolean(),
  instructions: z.string().max(20_000),
  prices: z.record(z.string(), price),
  'anthropic.baseUrl': z.url({ protocol: /^https?$/ }),
  encryptSessions: z.boolean(),
  'trash.retentionDays': z.number().int().min(0).max(3650),
  'bridge.enabled': z.boolean(),
  'bridge.port': z.unknown(),
} as const satisfies Record<SettingName, z.ZodType>;

type Value<N extends SettingName> = z.output<(typeof schemas)[N]>;

const defaults: { readonly [N in SettingName]: Value<N> } = {
  model: '',
  grounding: 'open_files',
  maxOutputTokens: 8_192,
  thinking: true,
  instructions: '',
  prices: {},
  'anthropic.baseUrl': 'https://api.anthropic.com',
  encryptSessions: false,
  'trash.retentionDays': 0,
  'bridge.enabled': false,
  'bridge.port': undefined,
};

export class Settings implements CoreSettings {
  readonly #log: Log;
  readonly #told = new Set<string>();

  constructor(log: Log) {
    this.#log = log;
  }

  get model(): string {
    return this.get('model');
  }
  get grounding(): GroundingMode {
    return this.get('grounding');
  }
  get maxOutputTokens(): number {
    return this.get('maxOutputTokens');
  }
  get thinking(): boolean {
    return this.get('thinking');
  }
  get instructions(): string {
    return this.get('instructions');
  }
  get prices(): Readonly<Record<string, Price>> {
    return this.get('prices');
  }
  /** The setting, else the environment's, else the API's own address. */
  get anthropicBaseUrl(): string {
    const { globalValue } =
      vscode.workspace.getConfiguration(settingsSection).inspect('anthropic.baseUrl') ?? {};
    const named = process.env.ANTHROPIC_BASE_URL;
    return globalValue === undefined && named ? named : this.get('anthropic.baseUrl');
  }

  get<N extends SettingName>(name: N): Value<N> {
    const value: unknown = vscode.workspace.getConfiguration(settingsSection).get(name);
    const parsed = schemas[name].safeParse(value);
    if (parsed.success) return parsed.data as Value<N>;
    if (!this.#told.has(name)) {
      this.#told.add(name);
      const why = parsed.error.issues[0]?.message ?? 'it does not fit';
      this.#log.warn(`The setting ${settingsSection}.${name} is not used: ${why}.`);
    }
    return defaults[name];
  }

  /** Writes a setting of the user's. */
  async set<N extends SettingName>(name: N, value: Value<N>): Promise<void> {
    await vscode.workspace
      .getConfiguration(settingsSection)
      .update(name, value, vscode.ConfigurationTarget.Global);
  }

  onDidChange(name: SettingName, listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(`${settingsSection}.${name}`)) return;
      this.#told.delete(name);
      listener();
    });
  }
}
