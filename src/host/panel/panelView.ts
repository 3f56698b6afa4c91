/** The view in the side bar. It draws the page at once; everything behind it is loaded while the page loads. */
import * as vscode from 'vscode';
import type { HostMessage } from '../../protocol/panel.ts';
import { panelViewId } from '../ids.ts';
import { pageHtml } from './html.ts';
import type { PanelHost } from './panelHost.ts';

/** Makes the host's end of a page that was just drawn. */
export type PanelOpener = (webview: vscode.Webview) => Promise<PanelHost>;

export class PanelView implements vscode.WebviewViewProvider {
  readonly #folder: vscode.Uri;
  readonly #open: PanelOpener;
  readonly #failed: (error: unknown) => void;
  #view: vscode.WebviewView | undefined;
  #host: Promise<PanelHost> | undefined;
  #waiting: ((host: Promise<PanelHost>) => void)[] = [];

  constructor(extensionUri: vscode.Uri, open: PanelOpener, failed: (error: unknown) => void) {
    this.#folder = vscode.Uri.joinPath(extensionUri, 'dist', 'panel');
    this.#open = open;
    this.#failed = failed;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { webview } = view;
    webview.options = { enableScripts: true, localResourceRoots: [this.#folder] };
    // Messages that come before the rest is loaded wait for it, in order.
    const opening = this.#open(webview);
    let host: PanelHost | undefined;
    const early: unknown[] = [];
    const messages = webview.onDidReceiveMessage((message: unknown) => {
      if (host) host.receive(message);
      else early.push(message);
    });
    opening.then((opened) => {
      host = opened;
      for (const message of early.splice(0)) opened.receive(message);
    }, this.#failed);
    const visibility = view.onDidChangeVisibility(() => {
      if (!view.visible) opening.then((opened) => opened.hidden(), this.#failed);
    });
    view.onDidDispose(() => {
      messages.dispose();
      visibility.dispose();
      if (this.#view === view) {
        this.#view = undefined;
        this.#host = undefined;
      }
      opening.then((opened) => opened.dispose(), this.#failed);
    });
    webview.html = pageHtml(webview, this.#folder, 'panel');
    this.#view = view;
    this.#host = opening;
    for (const tell of this.#waiting.splice(0)) tell(opening);
  }

  /** The panel if it is drawn now. */
  get drawn(): Promise<PanelHost> | undefined {
    return this.#host;
  }

  /** Shows the panel and resolves once its page has shown a session. */
  async reveal(options: { preserveFocus?: boolean } = {}): Promise<PanelHost> {
    const { preserveFocus = false } = options;
    if (this.#view) this.#view.show(preserveFocus);
    else await vscode.commands.executeCommand(`${panelViewId}.focus`, { preserveFocus });
    const opening = this.#host ?? (await new Promise<Promise<PanelHost>>((tell) => this.#waiting.push(tell)));
    const host = await opening;
    await host.ready;
    return host;
  }

  /** Tells a panel that is drawn; one that is not asks when it is. */
  push(message: HostMessage): void {
    this.#host?.then((host) => host.push(message), this.#failed);
  }
}
