/** Edits the user has not yet accepted: each is a diff beside the file, and nothing is written until then. */
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import { Emitter } from '../../base/emitter.ts';
import { smallestChange } from '../../core/edits/smallestChange.ts';
import { editNotSaved, editNotWritten, editOutdated, noProposal } from '../../core/errors.ts';
import { proposalScheme } from '../ids.ts';
import { shownPath } from '../openEditors.ts';

interface Proposal {
  uri: vscode.Uri;
  /** Text the edit was made for; undefined for a file that does not exist yet. */
  before: string | undefined;
  after: string;
}

export class ProposedEdits implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #lifetime = new DisposableStore();
  readonly #changes = this.#lifetime.add(new Emitter<vscode.Uri>());
  readonly #proposals = new Map<string, Proposal>();
  #number = 0;

  constructor() {
    this.#lifetime.add(vscode.workspace.registerTextDocumentContentProvider(proposalScheme, this));
    this.#lifetime.add(
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const tab of closed) {
          const uri = proposalOf(tab);
          if (uri && !isOpen(uri)) this.#proposals.delete(uri.toString());
        }
      }),
    );
  }

  readonly onDidChange = this.#changes.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    if (uri.query === 'empty') return '';
    return this.#proposals.get(uri.toString())?.after ?? '';
  }

  /** Shows the diff. A file that does not exist yet is shown against nothing. */
  async propose(uri: vscode.Uri, before: string | undefined, after: string): Promise<void> {
    const path = shownPath(uri);
    // The number keeps two proposals for one file apart; the path gives the document its language.
    const proposed = vscode.Uri.from({
      scheme: proposalScheme,
      path: uri.path,
      query: `edit=${++this.#number}`,
    });
    this.#proposals.set(proposed.toString(), { uri, before, after });
    const left = before === undefined ? proposed.with({ query: 'empty' }) : uri;
    const title =
      before === undefined
        ? vscode.l10n.t('{0} (new, proposed)', path)
        : vscode.l10n.t('{0} (proposed)', path);
    await vscode.commands.executeCommand('vscode.diff', left, proposed, title, {
      preview: false,
    } satisfies vscode.TextDocumentShowOptions);
  }

  /**
   * Writes the proposal in the active diff. A file without unsaved changes is saved; one with them stays unsaved.
   * Throws `no_proposal` when no diff shows one, `edit_outdated` when the file is another by now, `edit_not_written` when
   * the editor refuses, `edit_not_saved` when the change is in the editor but not on disk.
   */
  async accept(): Promise<void> {
    const found = this.#active();
    if (!found) throw noProposal();
    const { uri, before, after } = found.proposal;
    const path = shownPath(uri);
    const edit = new vscode.WorkspaceEdit();
    let save: vscode.TextDocument | undefined;
    let cursor = new vscode.Position(0, 0);
    if (before === undefined) {
      if (await isThere(uri)) throw editOutdated(path);
      edit.createFile(uri, { overwrite: false, contents: new TextEncoder().encode(after) });
    } else {
      const document = await vscode.workspace.openTextDocument(uri);
      if (document.getText() !== before) throw editOutdated(path);
      const { start, end, text } = smallestChange(before, after);
      cursor = document.positionAt(start);
      edit.replace(uri, new vscode.Range(cursor, document.positionAt(end)), text);
      if (!document.isDirty && !document.isUntitled) save = document;
    }
    if (!(await vscode.workspace.applyEdit(edit))) throw editNotWritten(path);
    await this.#close(found.tab);
    // What was selected before lies elsewhere in the new text.
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(cursor, cursor) });
    if (save && !(await save.save())) throw editNotSaved(path);
  }

  /** Throws `no_proposal` when no diff shows one. */
  async discard(): Promise<void> {
    const found = this.#active();
    if (!found) throw noProposal();
    await this.#close(found.tab);
  }

  dispose(): void {
    this.#lifetime.dispose();
  }

  #active(): { tab: vscode.Tab; proposal: Proposal } | undefined {
    const tabs = vscode.window.tabGroups.all.flatMap(({ activeTab }) => activeTab ?? []);
    const active = vscode.window.tabGroups.activeTabGroup.activeTab;
    for (const tab of active ? [active, ...tabs] : tabs) {
      const uri = proposalOf(tab);
      const proposal = uri && this.#proposals.get(uri.toString());
      if (proposal) return { tab, proposal };
    }
    return undefined;
  }

  async #close(tab: vscode.Tab): Promise<void> {
    const uri = proposalOf(tab);
    await vscode.window.tabGroups.close(tab);
    if (uri) this.#proposals.delete(uri.toString());
  }
}

const isThere = (uri: vscode.Uri): Promise<boolean> =>
  Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );

function proposalOf({ input }: vscode.Tab): vscode.Uri | undefined {
  return input instanceof vscode.TabInputTextDiff && input.modified.scheme === proposalScheme
    ? input.modified
    : undefined;
}

const isOpen = (uri: vscode.Uri): boolean =>
  vscode.window.tabGroups.all.some(({ tabs }) =>
    tabs.some((tab) => proposalOf(tab)?.toString() === uri.toString()),
  );
