/** The core of this window: opened when it is first needed, and anew when the window's workspace becomes another. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { storeLocked, toErrorInfo } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { ResolvedWorkspace } from '../core/register.ts';
import { shownWorkspaces } from '../core/workspace/attachment.ts';
import type { ErrorInfo } from '../protocol/errors.ts';
import type { SessionEvent } from '../protocol/turnEvents.ts';
import { EditorModels } from './editorModels.ts';
import { applyEncryption } from './encryption.ts';
import type { Keys } from './keys.ts';
import { languageFeatures } from './languageFeatures.ts';
import type { OpenEditors } from './openEditors.ts';
import { plainWords } from './plainWords.ts';
import { applyRetention } from './retention.ts';
import type { Settings } from './settings.ts';
import { privateSessions } from './shownSessions.ts';
import { windowExcludes, windowRoots } from './stayingOut.ts';
import { unlockSessions } from './unlockSessions.ts';
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
  readonly #noticed = this.#lifetime.add(new Emitter<ErrorInfo>());
  readonly #unlocked = this.#lifetime.add(new Emitter<void>());
  readonly #notices = new Map<string, ErrorInfo>();
  /** What ends with the core that is open now. */
  #ofCore = new DisposableStore();
  #opening: Promise<OpenedCore> | undefined;
  #current: OpenedCore | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { settings, keys } = parts;
    this.#lifetime.add(
      settings.onDidChange('encryptSessions', () => {
        if (this.#current) this.#follow(applyEncryption(this.#current, settings, keys));
      }),
    );
    // What was said in calls goes at once where it is not to be kept any more.
    for (const name of ['callLog.bodies', 'encryptSessions'] as const)
      this.#lifetime.add(settings.onDidChange(name, () => void this.#current?.calls.flush()));
    this.#lifetime.add(
      keys.onDidChange(() => {
        // The key of another window's encryption can come after its locked sessions were noticed.
        if (this.#notices.has(storeLocked().code) && this.#current) this.#follow(this.#unlock(this.#current));
      }),
    );
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

  /** Sessions that could not be read can be now. */
  get onDidUnlock() {
    return this.#unlocked.event;
  }

  /** There is something new to tell, or something told is no longer so. */
  get onDidNotice() {
    return this.#noticed.event;
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
    return this.#opening ?? this.#keep(this.#open());
  }

  /** Closes the core, whose turns end as stopped, and opens that of the workspace the window has now. */
  reopen(): Promise<OpenedCore> {
    const before = this.#opening;
    return this.#keep(
      (async () => {
        await this.#end(before).catch((error: unknown) =>
          this.#parts.log.error('The core of the workspace before did not close cleanly.', error),
        );
        return this.#open();
      })(),
    );
  }

  close(): Promise<void> {
    this.#lifetime.dispose();
    this.#closing ??= this.#end(this.#opening);
    return this.#closing;
  }

  dispose(): void {
    this.close().catch((error: unknown) => this.#parts.log.error('The core did not close cleanly.', error));
  }

  /** One that fails is forgotten, so that the next call tries again. */
  #keep(opening: Promise<OpenedCore>): Promise<OpenedCore> {
    const kept = opening.catch((error: unknown) => {
      if (this.#opening === kept) this.#opening = undefined;
      throw error;
    });
    this.#opening = kept;
    return kept;
  }

  /** One that could not be opened has nothing to close, and its failure was told when it was asked for. */
  async #end(opening: Promise<OpenedCore> | undefined): Promise<void> {
    const core = await opening?.catch(() => undefined);
    const ofCore = this.#ofCore;
    this.#current = undefined;
    try {
      await core?.close();
    } finally {
      // Only now, so that the ends of turns that were stopped by this are told.
      ofCore.dispose();
    }
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
      profilesFolder: vscode.Uri.joinPath(context.globalStorageUri, 'profiles').fsPath,
      promptsFolder: vscode.Uri.joinPath(context.globalStorageUri, 'prompts').fsPath,
      transformsFolder: vscode.Uri.joinPath(context.globalStorageUri, 'transforms').fsPath,
      workersFolder: vscode.Uri.joinPath(context.extensionUri, 'dist', 'workers').fsPath,
      identity: windowIdentity(),
      workspace: {
        isTrusted: () => vscode.workspace.isTrusted,
        // What a workspace says that is not trusted is not to be followed.
        memoryFiles: async () =>
          vscode.workspace.isTrusted ? wiring.readMemoryFiles(windowRoots(), log) : [],
        openFiles: () => editors.files(),
      },
      roots: windowRoots,
      excludes: windowExcludes,
      language: languageFeatures,
      // `indexing.ts` tells the core what changes.
      watch: 'told',
      settings,
      secrets: keys,
      ownProviders: [new EditorModels(log)],
      sessionKey,
      maskingKey: () => keys.maskingKey(),
      log,
      tell: (error) => this.tell(error),
    });
    const ofCore = new DisposableStore();
    ofCore.add(core.assistant.onEvent((event) => this.#events.fire(event)));
    ofCore.add(
      core.assistant.sessions.onDidChange((change) => {
        if (change.type !== 'notice') return;
        if (change.notice.code === storeLocked().code) this.#follow(this.#unlock(core));
        else this.tell(change.notice);
      }),
    );
    this.#ofCore = ofCore;
    if (this.#closing) return core;
    this.#current = core;
    this.#opened.fire(core);
    this.#follow(this.#prepare(core, dataFolder, ofCore));
    return core;
  }

  /** What fails beside the work is written to the log, and told in the panel. */
  #follow(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#parts.log.error('A part of opening the workspace failed.', error);
      this.tell(toErrorInfo(error));
    });
  }

  /** Tells that sessions are locked only where the keyring has no key for them. */
  async #unlock(core: OpenedCore): Promise<void> {
    const unlocked = await unlockSessions(core.assistant.sessions, this.#parts.keys).catch(
      (error: unknown) => {
        // A core that was closed meanwhile has nothing to tell.
        if (this.#current === core) throw error;
        return true;
      },
    );
    if (this.#current !== core) return;
    const locked = toErrorInfo(storeLocked());
    if (!unlocked) this.tell(locked);
    else if (this.#notices.has(locked.code)) {
      this.retract(locked);
      this.#unlocked.fire();
    }
  }

  /** What need not be waited for by the first answer. */
  async #prepare(core: OpenedCore, dataFolder: string, ofCore: DisposableStore): Promise<void> {
    const { wiring, context, settings, keys, log } = this.#parts;
    await this.#unlock(core);
    for (const notice of await core.notices()) this.tell(notice);
    if (!settings.get('encryptSessions')) {
      // Only at the start, when what the keyring shows is not older than the agreement.
      await keys
        .releaseLostSessionKey(core.user.sessionKey)
        .catch((error: unknown) => log.error('The agreement on the key was not looked at.', error));
    }
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
    const reopen = () => this.#reopenUnlessLost(core).catch(failed);
    const shown = shownIds(core.resolved);
    ofCore.add(
      followFolders(
        ports,
        (resolved) => {
          if (shownIds(resolved) !== shown) void reopen();
        },
        failed,
      ),
    );
    const attached = await offerReattach(ports, core.resolved.workspace, context.globalState);
    if (attached) void reopen();
  }

  /** Private sessions end with the core that has them in memory, so that the user decides where there are some. */
  async #reopenUnlessLost(core: OpenedCore): Promise<void> {
    const isOver = () => this.#current !== core || this.#closing !== undefined;
    if (isOver()) return;
    const [lost, ...more] = await privateSessions(core.assistant.sessions);
    if (lost) {
      const { t } = vscode.l10n;
      const end = t('End It and Show Them');
      const answer = await vscode.window.showWarningMessage(
        plainWords(
          more.length === 0
            ? t(
                'Sessions of other folders belong to this window now. Showing them ends your private session “{0}”, and nothing of it is kept.',
                lost.title,
              )
            : t(
                'Sessions of other folders belong to this window now. Showing them ends your {0} private sessions, and nothing of them is kept.',
                more.length + 1,
              ),
        ),
        end,
        t('Not Now'),
      );
      if (answer !== end) return;
    }
    if (!isOver()) await this.reopen();
  }

  /** Tells the user of something, once for each code. */
  tell(notice: ErrorInfo): void {
    const known = this.#notices.get(notice.code);
    if (known?.message === notice.message) return;
    this.#notices.set(notice.code, notice);
    this.#noticed.fire(notice);
  }

  /** What was told is no longer so. */
  retract({ code }: ErrorInfo): void {
    const notice = this.#notices.get(code);
    if (notice && this.#notices.delete(code)) this.#noticed.fire(notice);
  }
}

/** Whose sessions a window shows: another folder in it can bring sessions of its own. */
const shownIds = (resolved: ResolvedWorkspace): string =>
  shownWorkspaces(resolved)
    .map(({ id }) => id)
    .join(' ');
