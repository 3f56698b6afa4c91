/** The core of this window: opened when it is first needed, and anew when the window's workspace becomes another. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { toErrorInfo } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { localPathOf } from '../core/workspace/uri.ts';
import type { ErrorInfo } from '../protocol/errors.ts';
import type { SessionEvent } from '../protocol/turnEvents.ts';
import { applyEncryption } from './encryption.ts';
import type { Keys } from './keys.ts';
import { memoryFiles } from './memoryFiles.ts';
import type { OpenEditors } from './openEditors.ts';
import { applyRetention } from './retention.ts';
import type { Settings } from './settings.ts';
import type { OpenedCore, Wiring } from './wiring.ts';
import { followFolders, offerReattach, windowIdentity } from './workspaceIdentity.ts';

interface Parts {
  wiring: Wiring;
  context: vscode.ExtensionContext;
  settings: Settings;
  keys: Keys;
  editors: OpenEditors;
  log: Log;
}

export class WindowCore implements vscode.Disposable {
  readonly #parts: Parts;
  readonly #lifetime = new DisposableStore();
  readonly #events: Emitter<SessionEvent>;
  readonly #opened = this.#lifetime.add(new Emitter<OpenedCore>());
  readonly #notices = new Map<string, ErrorInfo>();
  #opening: Promise<OpenedCore> | undefined;
  #current: OpenedCore | undefined;
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#events = this.#lifetime.add(
      new Emitter<SessionEvent>((error) => parts.log.error('A listener of session events failed.', error)),
    );
  }

  get onEvent() {
    return this.#events.event;
  }

  /** A core was opened, the first one too. */
  get onDidOpen() {
    return this.#opened.event;
  }

  /** The core if it is open by now. */
  get current(): OpenedCore | undefined {
    return this.#current;
  }

  /** What the user is to be told of the databases and the keyring. */
  get notices(): ErrorInfo[] {
    return [...this.#notices.values()];
  }

  /** Opens the core with the first call. Rejects with the reason while it cannot be opened; the next call tries again. */
  get(): Promise<OpenedCore> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /** Closes the core, whose turns end as stopped, and opens that of the workspace the window has now. */
  async reopen(): Promise<OpenedCore> {
    const before = this.#opening;
    this.#opening = (async () => {
      await (await before?.catch(() => undefined))?.close();
      return this.#open();
    })();
    return this.#opening;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#lifetime.dispose();
    // One that could not be opened has nothing to close, and its failure was told when it was asked for.
    await (await this.#opening?.catch(() => undefined))?.close();
  }

  dispose(): void {
    this.close().catch((error: unknown) => this.#parts.log.error('The core did not close cleanly.', error));
  }

  async #open(): Promise<OpenedCore> {
    const { wiring, context, settings, keys, editors, log } = this.#parts;
    const sessionKey = await keys.sessionKey().catch((error: unknown) => {
      // Without the keyring, encrypted sessions are locked; all others work.
      if (settings.get('encryptSessions')) this.tell(toErrorInfo(error));
      return undefined;
    });
    const dataFolder = context.globalStorageUri.fsPath;
    const core = await wiring.openCore({
      dataFolder,
      workersFolder: vscode.Uri.joinPath(context.extensionUri, 'dist', 'workers').fsPath,
      identity: windowIdentity(),
      workspace: {
        isTrusted: () => vscode.workspace.isTrusted,
        memoryFiles,
        openFiles: () => editors.files(),
      },
      roots: () =>
        (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => localPathOf(uri.toString()) ?? []),
      settings,
      secrets: keys,
      sessionKey,
      log,
    });
    this.#current = core;
    core.assistant.onEvent((event) => this.#events.fire(event));
    core.assistant.sessions.onDidChange((change) => {
      if (change.type === 'notice') this.tell(change.notice);
    });
    if (this.#closed) return core;
    this.#opened.fire(core);
    this.#prepare(core, dataFolder).catch((error: unknown) => {
      log.error('A part of opening the workspace failed.', error);
      this.tell(toErrorInfo(error));
    });
    return core;
  }

  /** What need not be waited for by the first answer. */
  async #prepare(core: OpenedCore, dataFolder: string): Promise<void> {
    const { wiring, context, settings, keys, log } = this.#parts;
    for (const notice of await core.notices()) this.tell(notice);
    await applyEncryption(core, settings, keys);
    await applyRetention(core.assistant.sessions, settings.get('trash.retentionDays'), log);
    await wiring.registerDataFolder(dataFolder, vscode.env.appName);
    const ports = {
      register: core.user.workspaces,
      fingerprintOf: wiring.fingerprintOf,
      isGone: wiring.isGone,
      hasSessions: (id: string) => core.user.hasSessions(id),
    };
    const failed = (error: unknown) => log.error('The folders of the window could not be followed.', error);
    const reopen = () => {
      if (this.#current === core && !this.#closed) this.reopen().catch(failed);
    };
    this.#lifetime.add(
      followFolders(
        ports,
        ({ workspace }) => {
          if (workspace.id !== core.resolved.workspace.id) reopen();
        },
        failed,
      ),
    );
    const attached = await offerReattach(ports, core.resolved.workspace, context.globalState);
    if (attached) reopen();
  }

  /** Tells the user of something, once for each code. */
  tell(notice: ErrorInfo): void {
    const known = this.#notices.get(notice.code);
    if (known?.message === notice.message) return;
    this.#notices.set(notice.code, notice);
    this.#noticed.fire(notice);
  }

  readonly #noticed = this.#lifetime.add(new Emitter<ErrorInfo>());
  get onDidNotice() {
    return this.#noticed.event;
  }
}
