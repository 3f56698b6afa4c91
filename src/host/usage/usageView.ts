/** The editor tab that shows what was used: one a window, drawn when it is asked for. */
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { Assistant } from '../../core/assistant.ts';
import type { Log } from '../../core/ports.ts';
import { type HostToUsage, usageToHost } from '../../protocol/usage.ts';
import { usageViewType } from '../ids.ts';
import { pageHtml } from '../panel/html.ts';
import type { Reports } from '../panel/reports.ts';
import { plainWords } from '../plainWords.ts';
import type { WindowCore } from '../windowCore.ts';
import { UsageFeed } from './usageFeed.ts';

interface Parts {
  core: WindowCore;
  log: Log;
  reports: Pick<Reports, 'openRequest'>;
  assistant(): Promise<Assistant>;
  /** Shows a session in the panel. */
  show(sessionId: string): Promise<unknown>;
}

export class UsageView implements vscode.Disposable {
  readonly #folder: vscode.Uri;
  readonly #parts: Parts;
  readonly #names = new Map<string, string>();
  #tab: vscode.WebviewPanel | undefined;

  constructor(extensionUri: vscode.Uri, parts: Parts) {
    this.#folder = vscode.Uri.joinPath(extensionUri, 'dist', 'panel');
    this.#parts = parts;
  }

  show(): void {
    if (this.#tab) this.#tab.reveal();
    else this.#open();
  }

  dispose(): void {
    this.#tab?.dispose();
  }

  #open(): void {
    const tab = vscode.window.createWebviewPanel(
      usageViewType,
      vscode.l10n.t('Causeway Usage'),
      vscode.ViewColumn.Active,
      { enableScripts: true, localResourceRoots: [this.#folder] },
    );
    tab.iconPath = new vscode.ThemeIcon('graph');
    this.#tab = tab;
    const ofTab = new DisposableStore();
    const feed = new UsageFeed({
      calls: async () => (await this.#parts.core.get()).calls,
      names: (ids) => this.#namesOf(ids),
      tell: (message) => this.#tell(tab, message),
      now: () => Date.now(),
      log: this.#parts.log,
    });
    ofTab.add({ dispose: () => feed.close() });
    ofTab.add(tab.webview.onDidReceiveMessage((message: unknown) => this.#receive(feed, message)));
    // A page that is hidden is gone; it asks anew when it is shown.
    ofTab.add(tab.onDidChangeViewState(() => tab.visible || feed.close()));
    tab.onDidDispose(() => {
      ofTab.dispose();
      if (this.#tab === tab) this.#tab = undefined;
    });
    tab.webview.html = pageHtml(tab.webview, this.#folder, 'usage');
  }

  #receive(feed: UsageFeed, raw: unknown): void {
    const message = usageToHost.safeParse(raw);
    if (!message.success) {
      this.#parts.log.warn('The dashboard sent something that is no request.');
      return;
    }
    switch (message.data.type) {
      case 'open':
        void feed.open(message.data.range);
        return;
      case 'showSession':
        this.#parts.show(message.data.sessionId).catch((error: unknown) => {
          this.#parts.log.error('A session of the dashboard was not shown.', error);
        });
        return;
      case 'showBodies':
        this.#showBodies(message.data.call).catch((error: unknown) => {
          this.#parts.log.error('What was said in a call was not shown.', error);
        });
        return;
      default:
        message.data satisfies never;
    }
  }

  /** As a document to read. What was let go of meanwhile is told as such. */
  async #showBodies(call: number): Promise<void> {
    const { calls } = await this.#parts.core.get();
    const said = await calls.read((log) => log.bodies(call));
    if (said) await this.#parts.reports.openRequest(JSON.stringify(readable(said), undefined, 2));
    else {
      const gone = vscode.l10n.t('What was said in this call is not kept any more.');
      void vscode.window.showInformationMessage(plainWords(gone));
    }
  }

  #tell(tab: vscode.WebviewPanel, message: HostToUsage): void {
    // It was closed while what it asked for was read.
    if (this.#tab !== tab) return;
    tab.webview.postMessage(message).then(undefined, (error: unknown) => {
      this.#parts.log.error('A message did not reach the dashboard.', error);
    });
  }

  /** Of clients all, and of the sessions of this workspace; titles may change, so that those are asked for each time. */
  async #namesOf({ clients, sessions }: { clients: ReadonlySet<string>; sessions: ReadonlySet<string> }) {
    const { user } = await this.#parts.core.get();
    if ([...clients].some((id) => id !== 'owner' && !this.#names.has(id)))
      for (const { id, name } of await user.clients.list()) this.#names.set(id, name);
    const store = (await this.#parts.assistant()).sessions;
    const found = await Promise.all([...sessions].map((id) => store.get(id)));
    return Object.fromEntries([
      ...[...clients].flatMap((id) => (this.#names.has(id) ? [[id, this.#names.get(id) ?? '']] : [])),
      ...found.flatMap((session) => (session ? [[session.id, session.title]] : [])),
    ]);
  }
}

/** JSON as JSON, and everything else, such as events of a stream, as its lines. */
const readable = ({ request, answer }: { request: string; answer: string }) => ({
  request: parsed(request),
  answer: parsed(answer),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What was cut, and streams of events, are no JSON.
    return text.split('\n');
  }
}
