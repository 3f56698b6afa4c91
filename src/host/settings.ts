/** The user's settings as the core reads them. A value that does not fit counts as not set and is said in the log. */
import * as vscode from 'vscode';
import type { Log } from '../core/ports.ts';
import type { Price } from '../core/providers/provider.ts';
import type { Settings as AllSettings } from '../core/settings.ts';
import type { GroundingMode } from '../protocol/entries.ts';
import { type SettingName, settingsSection } from './ids.ts';
import { isMarkedIn } from './localOnlyMark.ts';
import { type SettingValue, settingDefaults, settingSchemas } from './settingSchemas.ts';

export class Settings implements AllSettings {
  readonly #log: Log;
  readonly #keyIsFromEnvironment: () => boolean;
  readonly #told = new Set<string>();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(log: Log, keyIsFromEnvironment: () => boolean) {
    this.#log = log;
    this.#keyIsFromEnvironment = keyIsFromEnvironment;
  }

  get model(): string {
    return this.get('model');
  }
  get smallModel(): string {
    return this.get('smallModel');
  }
  get endpoints(): AllSettings['endpoints'] {
    return this.get('providers');
  }
  get routes(): AllSettings['routes'] {
    return this.get('routes');
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
  get profile(): string {
    return this.get('profile');
  }
  get instructions(): string {
    return this.get('instructions');
  }
  get conversationTokens(): number {
    return this.get('context.conversationTokens');
  }
  get recall(): AllSettings['recall'] {
    return this.get('context.recall');
  }
  get embeddings(): string {
    return this.get('context.embeddings');
  }
  get compaction(): AllSettings['compaction'] {
    return this.get('context.compaction');
  }
  get maskSecrets(): boolean {
    return this.get('privacy.maskSecrets');
  }
  get maskPersonalData(): boolean {
    return this.get('privacy.maskPersonalData');
  }
  get maskedNames(): readonly string[] {
    return this.get('privacy.maskedNames');
  }
  get localOnly(): boolean {
    return isMarkedIn(vscode.workspace.workspaceFolders ?? [], (folder) =>
      vscode.workspace.getConfiguration(settingsSection, folder).inspect('privacy.localOnly'),
    );
  }
  get prices(): Readonly<Record<string, Price>> {
    return this.get('prices');
  }
  /**
   * The setting, else the environment's, else the API's own address. The environment of a container comes with a
   * repository, so that it decides only where a key of the same environment is sent, never one of the user's keyring.
   */
  get anthropicBaseUrl(): string {
    const { globalValue } =
      vscode.workspace.getConfiguration(settingsSection).inspect('anthropic.baseUrl') ?? {};
    const named = this.#keyIsFromEnvironment() ? process.env.ANTHROPIC_BASE_URL : undefined;
    return globalValue === undefined && named ? named : this.get('anthropic.baseUrl');
  }

  /** The log of calls is not encrypted; who encrypts their sessions wants nothing said to lie beside them. */
  get keepCallBodies(): boolean {
    return this.get('callLog.bodies') && !this.get('encryptSessions');
  }

  /** Words of the workspace stand in it as they are. */
  get keepIndex(): boolean {
    return !this.get('encryptSessions');
  }

  get otlpEndpoint(): string {
    return this.get('openTelemetry.endpoint');
  }

  get anthropicFeatures(): AllSettings['anthropicFeatures'] {
    return {
      contextEditing: this.get('anthropic.contextEditing'),
      serverCompaction: this.get('anthropic.serverCompaction'),
      memoryTool: this.get('anthropic.memoryTool'),
      longCache: this.get('anthropic.longCache'),
    };
  }

  get<N extends SettingName>(name: N): SettingValue<N> {
    const value: unknown = vscode.workspace.getConfiguration(settingsSection).get(name);
    const parsed = settingSchemas[name].safeParse(value);
    if (parsed.success) return parsed.data as SettingValue<N>;
    if (!this.#told.has(name)) {
      this.#told.add(name);
      const why = parsed.error.issues[0]?.message ?? 'it does not fit';
      this.#log.warn(`The setting ${settingsSection}.${name} is not used: ${why}.`);
    }
    return settingDefaults[name];
  }

  /** Writes the user's setting, or the workspace's where it has one of its own, which would win otherwise. */
  async set<N extends SettingName>(name: N, value: SettingValue<N>): Promise<void> {
    const configuration = vscode.workspace.getConfiguration(settingsSection);
    const { Global, Workspace } = vscode.ConfigurationTarget;
    const ofWorkspace =
      vscode.workspace.isTrusted && configuration.inspect(name)?.workspaceValue !== undefined;
    const writing = Promise.resolve(configuration.update(name, value, ofWorkspace ? Workspace : Global));
    this.#writing = Promise.allSettled([this.#writing, writing]);
    await writing;
  }

  /** Resolves when what was set so far is what is read; an input sent right after a choice is sent with it. */
  async written(): Promise<void> {
    await this.#writing;
  }

  onDidChange(name: SettingName, listener: () => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(`${settingsSection}.${name}`)) return;
      this.#told.delete(name);
      listener();
    });
  }
}
