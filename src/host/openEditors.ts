/** What the user has open: the texts of editors as they are now, the active one first, then by recency. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { Emitter } from '../base/emitter.ts';
import { whyStaysOut } from '../core/grounding/staysOut.ts';
import type { OpenFile } from '../core/ports.ts';
import { cellsText, mostOutput } from '../core/workspace/notebook.ts';
import { textSchemes } from './ids.ts';
import { selectedLines } from './selectedLines.ts';
import type { StayingOut } from './stayingOut.ts';

/** More editors than this are not what somebody works on; the rest is found by searching the workspace. */
const mostFiles = 20;
/** Milliseconds of rest before a change of editors is told, so that typing does not count tokens at each letter. */
const restMs = 300;

/** Text that somebody writes here: of the usual schemes, or of those the folders of a virtual workspace have. */
export const isWorkspaceText = ({ scheme }: vscode.Uri): boolean =>
  textSchemes.some((one) => one === scheme) ||
  (vscode.workspace.workspaceFolders ?? []).some(({ uri }) => uri.scheme === scheme);

/** As people see it: relative to its folder, after the folder's name where there are several; with forward slashes. */
export const shownPath = (uri: vscode.Uri): string =>
  uri.scheme === 'untitled' ? uri.path : vscode.workspace.asRelativePath(uri).replaceAll('\\', '/');

export class OpenEditors implements vscode.Disposable {
  readonly #lifetime = new DisposableStore();
  readonly #changes = this.#lifetime.add(new Emitter<void>());
  /** URIs, the last used first. */
  #recent: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  readonly #out: StayingOut;
  readonly #wantsProblems: () => boolean;

  /** `wantsProblems`: whether problems of open files go with inputs unasked. */
  constructor(out: StayingOut, wantsProblems: () => boolean = () => false) {
    this.#out = out;
    this.#wantsProblems = wantsProblems;
    const changed = () => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#changes.fire();
      }, restMs);
    };
    this.#note(vscode.window.activeTextEditor);
    for (const subscription of [
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        this.#note(editor);
        changed();
      }),
      vscode.window.onDidChangeTextEditorSelection(changed),
      vscode.window.tabGroups.onDidChangeTabs(changed),
      vscode.workspace.onDidSaveTextDocument(changed),
      vscode.languages.onDidChangeDiagnostics(() => {
        if (this.#wantsProblems()) changed();
      }),
    ]) {
      this.#lifetime.add(subscription);
    }
  }

  /** Other files are open, or other text is selected. */
  readonly onDidChange = this.#changes.event;

  /**
   * What stays out is named with the reason and without its text, which is not even read where the name is enough. Never
   * rejects for a file that cannot be read.
   */
  async files(): Promise<OpenFile[]> {
    const active = vscode.window.activeTextEditor;
    const uris = this.#openUris(active).slice(0, mostFiles);
    const named = await this.#out.byName(uris);
    const documents = await Promise.all(
      uris.map((uri, index) => (named[index] || notebookAt(uri) ? undefined : documentOf(uri))),
    );
    return uris.flatMap((uri, index): OpenFile[] => {
      const document = documents[index];
      const path = shownPath(uri);
      const notebook = notebookAt(uri);
      const text = notebook ? cellsText(notebook.getCells().map(cellOf)) : (document?.getText() ?? '');
      const staysOut = named[index] ?? whyStaysOut({ path, text });
      if (staysOut)
        return [
          {
            uri: uri.toString(),
            path,
            languageId: document?.languageId ?? '',
            text: '',
            active: active?.document.uri.toString() === uri.toString(),
            staysOut,
          },
        ];
      if (notebook) {
        const isActive = vscode.window.activeNotebookEditor?.notebook === notebook;
        return [{ uri: uri.toString(), path, languageId: notebook.notebookType, text, active: isActive }];
      }
      if (!document) return [];
      const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
      return [
        {
          uri: document.uri.toString(),
          path,
          languageId: document.languageId,
          text,
          active: active?.document === document,
          ...(editor ? shownLines(editor) : {}),
          ...(this.#wantsProblems() ? problemsIn(document.uri) : {}),
        },
      ];
    });
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#lifetime.dispose();
  }

  #note(editor: vscode.TextEditor | undefined): void {
    if (!editor || !isWorkspaceText(editor.document.uri)) return;
    const uri = editor.document.uri.toString();
    this.#recent = [uri, ...this.#recent.filter((one) => one !== uri)].slice(0, 200);
  }

  #openUris(active: vscode.TextEditor | undefined): vscode.Uri[] {
    const tabs = vscode.window.tabGroups.all.flatMap(({ tabs: all }) => all);
    const open = new Map<string, vscode.Uri>();
    const add = (uri: vscode.Uri) => {
      if (isWorkspaceText(uri)) open.set(uri.toString(), uri);
    };
    if (active) add(active.document.uri);
    for (const { input } of tabs)
      if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputNotebook) add(input.uri);
    for (const { document } of vscode.window.visibleTextEditors) add(document.uri);
    const place = (uri: vscode.Uri) => {
      if (active?.document.uri.toString() === uri.toString()) return -1;
      const at = this.#recent.indexOf(uri.toString());
      return at < 0 ? this.#recent.length : at;
    };
    return [...open.values()].sort((a, b) => place(a) - place(b));
  }
}

const notebookAt = (uri: vscode.Uri): vscode.NotebookDocument | undefined =>
  vscode.workspace.notebookDocuments.find((one) => !one.isClosed && one.uri.toString() === uri.toString());

/**
 * Bytes of one output that are read: a character has four at most, and with one more character than is kept of a cell a
 * line that is broken here is left out there.
 */
const mostOutputBytes = 4 * (mostOutput + 1);

/** As it is in the editor, with what it printed as text. */
/** A cell as it is read as text. */
export const cellOf = ({ kind, document, outputs }: vscode.NotebookCell) => ({
  kind: kind === vscode.NotebookCellKind.Markup ? 'markdown' : 'code',
  source: document.getText(),
  outputs: outputs.flatMap(({ items }) =>
    items.flatMap(({ mime, data }) =>
      /^text\/plain$|stdout$|stderr$/.test(mime)
        ? [new TextDecoder().decode(data.subarray(0, mostOutputBytes))]
        : [],
    ),
  ),
});

async function documentOf(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    // A tab can outlive its file, or show something that is no text.
    return undefined;
  }
}

function shownLines(editor: vscode.TextEditor): Pick<OpenFile, 'visible' | 'selection'> {
  const { selection, document, visibleRanges } = editor;
  const [first] = visibleRanges;
  const visible = first && { startLine: first.start.line + 1, endLine: first.end.line + 1 };
  if (selection.isEmpty) return visible ? { visible } : {};
  return { ...(visible ? { visible } : {}), selection: selectedLines(document, selection) };
}

/** One mistake often makes many; the first ones say what is wrong. */
const mostProblems = 20;

/** Errors and warnings; hints are many and say little. */
function problemsIn(uri: vscode.Uri): Pick<OpenFile, 'problems'> {
  const found = vscode.languages
    .getDiagnostics(uri)
    .filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning)
    .slice(0, mostProblems);
  const lines = found.map(({ range }) => range.start.line + 1);
  if (lines.length === 0) return {};
  const text = found
    .map(({ severity, message, range }) => {
      const kind = severity === vscode.DiagnosticSeverity.Error ? 'error' : 'warning';
      return `line ${range.start.line + 1}: ${kind}: ${message}`;
    })
    .join('\n');
  return { problems: { startLine: Math.min(...lines), endLine: Math.max(...lines), text } };
}
