/** Everything behind the panel and the commands of one window. Loaded when first needed, so that starting costs little. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import type { Assistant } from '../core/assistant.ts';
import { editNotWritten, noEditor } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import { anthropicKeyName } from '../core/providers/anthropic/keyName.ts';
import type { ErrorAction } from '../protocol/errors.ts';
import type { PanelStatus } from '../protocol/panel.ts';
import { AskingPrograms } from './askingPrograms.ts';
import { BridgeControl } from './bridgeControl.ts';
import { openDocuments, type Restored } from './edits/applyCode.ts';
import { ProposedEdits } from './edits/proposedEdits.ts';
import { type CommandId, extensionId, turnLiveKey } from './ids.ts';
import { Indexing } from './indexing.ts';
import { Keys } from './keys.ts';
import { LiveTurns } from './liveTurns.ts';
import { McpOffer } from './mcpOffer.ts';
import type { McpProvider } from './mcpProvider.ts';
import { isWorkspaceText, OpenEditors, shownPath } from './openEditors.ts';
import { panelHandlers } from './panel/handlers.ts';
import { MediaShelf } from './panel/mediaShelf.ts';
import { PanelHost } from './panel/panelHost.ts';
import type { PanelView } from './panel/panelView.ts';
import { Reports } from './panel/reports.ts';
import { panelStatus } from './panel/status.ts';
import { suggestQuestions } from './panel/suggestions.ts';
import { SessionGroundings } from './sessionGroundings.ts';
import { Settings } from './settings.ts';
import { unusedSession } from './shownSessions.ts';
import { StatusItem } from './statusItem.ts';
import { StayingOut } from './stayingOut.ts';
import { TerminalRecord } from './terminalRecord.ts';
import { UsageView } from './usage/usageView.ts';
import { WindowCore } from './windowCore.ts';
import type { Wiring } from './wiring.ts';

const lastSessionKey = 'causeway.lastSession';
const groundingsKey = 'causeway.groundings';
const mcpClientKey = 'causeway.mcpClient';

export interface AppParts {
  wiring: Wiring;
  context: vscode.ExtensionContext;
  log: Log;
  panel: PanelView;
  mcp: McpProvider;
  showLog(): void;
  statusItem: vscode.StatusBarItem;
}

export class App implements vscode.Disposable {
  readonly context: vscode.ExtensionContext;
  readonly log: Log;
  readonly panel: PanelView;
  readonly settings: Settings;
  readonly groundings: SessionGroundings;
  readonly keys: Keys;
  readonly out: StayingOut;
  readonly editors: OpenEditors;
  readonly core: WindowCore;
  readonly bridge: BridgeControl;
  readonly indexing: Indexing;
  readonly live: LiveTurns;
  readonly edits: ProposedEdits;
  readonly reports: Reports;
  readonly usage: UsageView;
  readonly terminals: TerminalRecord;
  readonly media = new MediaShelf();
  readonly #mcp: McpOffer;
  readonly #showLog: () => void;
  readonly #lifetime = new DisposableStore();
  #suggestions: Promise<string[]> | undefined;

  constructor({ wiring, context, log, panel, mcp, showLog, statusItem }: AppParts) {
    const add = <T extends vscode.Disposable>(item: T): T => this.#lifetime.add(item);
    this.context = context;
    this.log = log;
    this.panel = panel;
    this.#showLog = showLog;
    this.keys = add(new Keys(context.secrets, log));
    this.settings = new Settings(log, () => this.keys.isFromEnvironment(anthropicKeyName));
    this.groundings = new SessionGroundings({
      memory: {
        get: () => context.workspaceState.get(groundingsKey),
        set: (choices) => context.workspaceState.update(groundingsKey, choices),
      },
      set: (grounding) => this.settings.set('grounding', grounding),
      changed: () => this.pushStatus(),
    });
    this.out = new StayingOut(wiring);
    this.editors = add(new OpenEditors(this.out, () => this.settings.get('context.problems')));
    this.core = add(
      new WindowCore({
        wiring,
        context,
        log,
        settings: this.settings,
        keys: this.keys,
        editors: this.editors,
      }),
    );
    this.bridge = add(new BridgeControl(wiring, this.core, this.settings, log));
    this.#mcp = new McpOffer({
      bridge: this.bridge,
      core: () => this.core.current,
      offer: (server) => mcp.offer(server),
      memory: {
        get: () => context.workspaceState.get<string>(mcpClientKey),
        set: async (id) => context.workspaceState.update(mcpClientKey, id),
      },
      clientName: vscode.l10n.t('{0}, other assistants', vscode.env.appName),
      log,
    });
    this.indexing = add(new Indexing(this.core, this.settings, log));
    this.live = add(new LiveTurns(this.core));
    this.edits = add(new ProposedEdits());
    this.reports = add(new Reports());
    this.usage = add(new UsageView(context.extensionUri, this));
    this.terminals = add(new TerminalRecord(() => this.settings.get('context.terminal')));
    add(new AskingPrograms(this));
    add(new StatusItem(statusItem, this));

    const statusChanged = () => this.pushStatus();
    add(this.keys.onDidChange(() => this.#keyChanged()));
    add(this.bridge.onDidChange(statusChanged));
    add(this.core.onDidNotice(statusChanged));
    add(vscode.workspace.onDidGrantWorkspaceTrust(statusChanged));
    for (const name of ['anthropic.baseUrl', 'providers'] as const) {
      add(this.settings.onDidChange(name, () => this.#keyChanged()));
    }
    for (const name of ['model', 'profile', 'grounding', 'prices', 'routes'] as const) {
      add(this.settings.onDidChange(name, statusChanged));
    }
    add(this.editors.onDidChange(() => panel.push({ type: 'contextChanged' })));
    add(this.live.onDidChange(() => this.#markLive()));
    add(
      this.core.onEvent((event) => {
        // Another profile may name another model and another grounding.
        if (event.type === 'entry.appended' && event.entry.kind === 'profile') this.pushStatus();
        if (event.type === 'session.purged') this.#showAnew((shown) => shown === event.sessionId);
      }),
    );
    add(this.core.onDidUnlock(() => this.#showAnew((shown) => shown === undefined)));
    let first = true;
    add(
      this.core.onDidOpen(() => {
        this.#suggestions = undefined;
        if (!first) this.#showAnew(() => true);
        first = false;
      }),
    );
    // Also when the setting was turned on while all this was loaded.
    if (this.settings.get('bridge.enabled')) this.bridge.followAndTell();
  }

  /** The host's end of a page that was just drawn. */
  openPanel(webview: vscode.Webview): PanelHost {
    return new PanelHost({
      webview,
      core: this.core,
      log: this.log,
      handlers: (host) => panelHandlers(this, host),
    });
  }

  async assistant(): Promise<Assistant> {
    return (await this.core.get()).assistant;
  }

  /** The session shown last; else the newest with something in it; else a fresh one. */
  async sessionToShow(): Promise<string> {
    const { sessions } = await this.assistant();
    const last = this.context.workspaceState.get<string>(lastSessionKey);
    const known = last === undefined ? undefined : await sessions.get(last);
    if (known && known.trashedAt === undefined) return known.id;
    const recent = await sessions.list({ limit: 20 });
    for (const { id, entryCount } of recent) {
      if (entryCount > 0 || (await sessions.draft(id)) !== undefined) return id;
    }
    // Where nothing can be written, an empty one is all there can be.
    return recent[0]?.readOnly ? recent[0].id : this.freshSession(false);
  }

  async sessionShown(sessionId: string): Promise<void> {
    await this.context.workspaceState.update(lastSessionKey, sessionId);
    this.pushStatus();
  }

  /** A session in which nothing was said is used again, so that they do not pile up. */
  async freshSession(isPrivate: boolean): Promise<string> {
    const { assistant, resolved } = await this.core.get();
    const { sessions } = assistant;
    const unused = isPrivate ? undefined : await unusedSession(sessions, resolved.workspace.id);
    if (unused !== undefined) return unused;
    const created = await sessions.create({ door: 'panel', ...(isPrivate ? { private: true } : {}) });
    return created.id;
  }

  /** Shows a session in the panel. */
  async show(sessionId: string): Promise<PanelHost> {
    const host = await this.panel.reveal();
    if (host.shown !== sessionId) await host.show(sessionId);
    await this.sessionShown(sessionId);
    return host;
  }

  async status(assistant: Assistant, sessionId: string | undefined): Promise<PanelStatus> {
    this.#suggestions ??= suggestQuestions().catch((error: unknown) => {
      this.log.error('No questions were drawn from the workspace.', error);
      return [];
    });
    const suggestions = await this.#suggestions;
    return panelStatus({ ...this.#parts(), suggestions: async () => suggestions }, assistant, sessionId);
  }

  /** Tells the panel how things stand, when it is drawn. */
  pushStatus(): void {
    this.#pushStatus().catch((error: unknown) => this.log.error('The panel was not told the status.', error));
  }

  run(command: CommandId, ...args: unknown[]): Thenable<unknown> {
    return vscode.commands.executeCommand(command, ...args);
  }

  /** What an error offers as the one thing that helps. */
  async act(action: ErrorAction): Promise<void> {
    switch (action) {
      case 'set_api_key':
        await this.run('causeway.setApiKey');
        return;
      case 'new_session':
        await this.run('causeway.newSession');
        return;
      case 'choose_model':
        await this.run('causeway.chooseModel');
        return;
      case 'open_settings':
        await vscode.commands.executeCommand('workbench.action.openSettings', `@ext:${extensionId}`);
        return;
      case 'show_log':
        this.#showLog();
        return;
      case 'reload':
        await vscode.commands.executeCommand('workbench.action.reloadWindow');
        return;
      case 'trust_workspace':
        await vscode.commands.executeCommand('workbench.trust.manage');
        return;
      case 'retry':
      case 'none':
        return;
      default:
        action satisfies never;
    }
  }

  /** Puts back what was masked in a session, from what is open in editors unless texts are given. */
  restoredIn(sessionId: string | undefined): Restored {
    return async (text, sources = openDocuments().map((one) => one.getText())) => {
      const assistant = await this.assistant();
      return assistant.restored(sessionId ?? '', text, sources);
    };
  }

  /** Throws `no_editor`, and `edit_not_written` for a file that cannot be changed. */
  async insertAtCursor(text: string): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor || !isWorkspaceText(editor.document.uri)) throw noEditor();
    const written = await editor.edit((edit) => {
      for (const selection of editor.selections) edit.replace(selection, text);
    });
    if (!written) throw editNotWritten(shownPath(editor.document.uri));
    await vscode.window.showTextDocument(editor.document, editor.viewColumn);
  }

  /** The editor asks the user before it opens an address that they do not trust yet. */
  async openLink(url: string): Promise<void> {
    const target = vscode.Uri.parse(url, true);
    if (target.scheme === 'http' || target.scheme === 'https') await vscode.env.openExternal(target);
  }

  /** Ends turns, bridge and core in this order, so that everything is stored. */
  async close(): Promise<void> {
    try {
      await this.#mcp.close();
      await this.bridge.close();
    } finally {
      await this.core.close();
      this.#lifetime.dispose();
    }
  }

  dispose(): void {
    this.close().catch((error: unknown) => this.log.error('Causeway did not close cleanly.', error));
  }

  #parts() {
    return { core: this.core, keys: this.keys, groundings: this.groundings, bridge: this.bridge };
  }

  async #pushStatus(): Promise<void> {
    const drawn = this.panel.drawn;
    if (!drawn) return;
    const host = await drawn;
    const status = await this.status(await this.assistant(), host.shown);
    host.push({ type: 'status', status });
  }

  #keyChanged(): void {
    this.pushStatus();
    const current = this.core.current;
    if (!current) return;
    current.refreshModels(AbortSignal.timeout(15_000)).then(
      () => this.pushStatus(),
      (error: unknown) => this.log.error('The models were not read.', error),
    );
  }

  /** What the panel shows is no longer there, or there is more to show: another session takes its place. */
  #showAnew(isOver: (shown: string | undefined) => boolean): void {
    const drawn = this.panel.drawn;
    if (!drawn) return;
    drawn
      .then(async (host) => {
        if (isOver(host.shown)) await host.show(await this.sessionToShow());
      })
      .then(
        () => this.pushStatus(),
        (error: unknown) => this.log.error('The sessions of the workspace were not shown.', error),
      );
  }

  #markLive(): void {
    void vscode.commands.executeCommand('setContext', turnLiveKey, this.live.any);
  }
}
