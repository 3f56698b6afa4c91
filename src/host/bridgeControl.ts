/** The bridge of this window: on while the setting says so, of the workspace the window has. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { toErrorInfo } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { Asking } from '../core/register.ts';
import { localPathOf } from '../core/workspace/uri.ts';
import type { BridgeState } from '../protocol/bridge.ts';

import type { ErrorInfo } from '../protocol/errors.ts';
import { bridgeRunningKey } from './ids.ts';
import { plainWords } from './plainWords.ts';
import type { Settings } from './settings.ts';
import type { WindowCore } from './windowCore.ts';
import type { OpenedBridge, OpenedCore, Wiring } from './wiring.ts';

export class BridgeControl implements vscode.Disposable {
  readonly #wiring: Wiring;
  readonly #core: WindowCore;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #lifetime = new DisposableStore();
  readonly #changes = this.#lifetime.add(new Emitter<BridgeState | undefined>());
  #bridge: OpenedBridge | undefined;
  /** Starting and stopping follow each other, never at once. */
  #step: Promise<void> = Promise.resolve();
  /** While a command changes the setting, it is the command that tells of a failure. */
  #byCommand = false;
  #closing: Promise<void> | undefined;
  #told: ErrorInfo | undefined;

  constructor(wiring: Wiring, core: WindowCore, settings: Settings, log: Log) {
    this.#wiring = wiring;
    this.#core = core;
    this.#settings = settings;
    this.#log = log;
    this.#lifetime.add(
      settings.onDidChange('bridge.enabled', () => {
        if (!this.#byCommand) this.followAndTell();
      }),
    );
    // Also when it is not running: the port may be what kept it from starting.
    this.#lifetime.add(settings.onDidChange('bridge.port', () => this.#report(this.restart())));
    this.#lifetime.add(
      core.onDidOpen(() => {
        if (this.#bridge) this.#report(this.restart());
      }),
    );
  }

  readonly #asks = this.#lifetime.add(new Emitter<Asking>());

  readonly onDidChange = this.#changes.event;
  /** Fires when a program asks this window's bridge to be let in. */
  readonly onDidAsk = this.#asks.event;

  get state(): BridgeState | undefined {
    return this.#bridge?.state;
  }

  /** Makes the bridge as the setting wants it. Throws what keeps it from starting. */
  follow(): Promise<void> {
    return this.#next(() => (this.#settings.get('bridge.enabled') ? this.#start() : this.#stop()));
  }

  /** Changes the setting, so that the next window has it too. Throws what keeps the bridge from starting. */
  async turn(on: boolean): Promise<void> {
    this.#byCommand = true;
    try {
      await this.#settings.set('bridge.enabled', on);
    } finally {
      this.#byCommand = false;
    }
    await this.follow();
  }

  /** As `follow`; what keeps it from starting is shown to the user. */
  followAndTell(): void {
    this.#report(this.follow());
  }

  restart(): Promise<void> {
    return this.#next(async () => {
      await this.#stop();
      if (this.#settings.get('bridge.enabled')) await this.#start();
    });
  }

  close(): Promise<void> {
    this.#lifetime.dispose();
    this.#closing ??= this.#next(() => this.#stop());
    return this.#closing;
  }

  dispose(): void {
    this.close().catch((error: unknown) => this.#log.error('The bridge did not stop cleanly.', error));
  }

  #next(step: () => Promise<void>): Promise<void> {
    const done = this.#step.then(step);
    // A step that failed was told to whoever asked for it; the next one begins all the same.
    this.#step = done.catch(() => undefined);
    return done;
  }

  async #start(): Promise<void> {
    if (this.#bridge) return;
    const bridge = await this.#startOnCore();
    if (!bridge) return;
    this.#bridge = bridge;
    bridge.onDidChange((state) => {
      if (this.#bridge === bridge) this.#tell(state);
    });
    bridge.onDidAsk((asking) => this.#asks.fire(asking));
    this.#tell(bridge.state);
  }

  /** The core may become another while the bridge starts; a bridge to a closed one would serve nothing. */
  async #startOnCore(): Promise<OpenedBridge | undefined> {
    while (!this.#lifetime.isDisposed) {
      const core = await this.#core.get();
      const bridge = await this.#wiring.startBridge({
        core,
        workspace: workspaceOf(core),
        port: this.#settings.get('bridge.port'),
        log: this.#log,
      });
      if (this.#core.current === core) return bridge;
      await bridge.stop();
    }
    return undefined;
  }

  async #stop(): Promise<void> {
    const bridge = this.#bridge;
    this.#bridge = undefined;
    await bridge?.stop();
    this.#notice(undefined);
    if (bridge) this.#tell(undefined);
  }

  #tell(state: BridgeState | undefined): void {
    this.#notice(state?.problem);
    void vscode.commands.executeCommand('setContext', bridgeRunningKey, state !== undefined);
    this.#changes.fire(state);
  }

  /** The one thing the panel is told of the bridge, until it is no longer so. */
  #notice(notice: ErrorInfo | undefined): void {
    if (this.#told && this.#told.code !== notice?.code) this.#core.retract(this.#told);
    this.#told = notice;
    if (notice) this.#core.tell(notice);
  }

  #report(done: Promise<void>): void {
    done.catch((error: unknown) => {
      this.#log.error('The bridge was not started.', error);
      const notice = toErrorInfo(error);
      this.#notice(notice);
      const open = vscode.l10n.t('Open Settings');
      const buttons = notice.action === 'open_settings' ? [open] : [];
      vscode.window.showWarningMessage(plainWords(notice.message), ...buttons).then((answer) => {
        if (answer === open)
          void vscode.commands.executeCommand('workbench.action.openSettings', 'causeway.bridge');
      });
    });
  }
}

function workspaceOf({ resolved: { workspace } }: OpenedCore) {
  const folders = workspace.folders.flatMap((uri) => localPathOf(uri) ?? []);
  return { id: workspace.id, name: workspace.name, folders };
}
