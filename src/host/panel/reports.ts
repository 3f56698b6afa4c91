/** Context reports and requests as read-only documents: what was sent in a turn, why, and how exactly. */
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import { reportText } from '../../core/context/reportText.ts';
import { requestUsageOf } from '../../core/context/requestUsage.ts';
import { notFound } from '../../core/errors.ts';
import type { SessionStore } from '../../core/session/store.ts';
import type { AssistantEntry } from '../../protocol/entries.ts';
import { reportScheme } from '../ids.ts';

export class Reports implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #lifetime = new DisposableStore();
  readonly #texts = new Map<string, string>();
  #number = 0;

  constructor() {
    this.#lifetime.add(vscode.workspace.registerTextDocumentContentProvider(reportScheme, this));
    this.#lifetime.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === reportScheme) this.#texts.delete(uri.query);
      }),
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.query) ?? '';
  }

  /** The body of a request as a JSON document. */
  async openRequest(json: string): Promise<void> {
    await this.#show(`${vscode.l10n.t('Request')}.json`, `request=${++this.#number}`, json);
  }

  /** Throws `not_found` for a turn that sent nothing, such as one that failed before. */
  async open(sessions: SessionStore, sessionId: string, turnId: string): Promise<void> {
    const path = await sessions.path(sessionId);
    const last = path.findLast(
      (entry): entry is AssistantEntry =>
        entry.kind === 'assistant' && entry.turnId === turnId && entry.report !== undefined,
    );
    if (!last?.report) throw notFound('context report', turnId);
    const entries = new Map(path.map((entry) => [entry.id, entry]));
    const text = reportText(last.report, requestUsageOf(last), (id) => entries.get(id));
    await this.#show(`${vscode.l10n.t('Context of a turn')}.md`, turnId, text);
  }

  async #show(title: string, query: string, text: string): Promise<void> {
    this.#texts.set(query, text);
    const uri = vscode.Uri.from({ scheme: reportScheme, path: `/${title}`, query });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  dispose(): void {
    this.#lifetime.dispose();
  }
}
