/** From a block of code in an answer to a proposed edit of a file. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { type LineRange, type NamedRange, placeMasked } from '../../core/edits/placement.ts';
import { editOutdated, noEditor, outsideWorkspace } from '../../core/errors.ts';
import { largestFile } from '../../core/grounding/fileRules.ts';
import { whereIs } from '../../core/grounding/quotePlace.ts';
import { isConfinedPath } from '../../core/workspace/confinedPath.ts';
import { isWorkspaceText, shownPath } from '../openEditors.ts';
import { existingDocument } from './existingDocument.ts';
import type { ProposedEdits } from './proposedEdits.ts';

/** A text of an answer with what was masked in it, from the session and from these texts. */
export type Restored = (text: string, sources?: readonly string[]) => Promise<string>;

export interface CodeForFile {
  code: string;
  restored: Restored;
  /** As an answer names it: relative to a folder of the workspace. */
  path?: string | undefined;
  /** The file the code was asked for, and the lines as they were then. */
  target?: { uri: vscode.Uri; range: LineRange; text: string };
}

/**
 * Throws `no_editor` when nothing tells which file is meant, `outside_workspace` for a path that leads out, and
 * `edit_outdated` when the lines the code was asked for are not there any more; `placeholder_unknown` and
 * `masking_failed` where what was masked cannot be put back; and `edit_unreadable`.
 */
export async function applyCode(edits: ProposedEdits, proposed: CodeForFile): Promise<void> {
  const { path, target } = proposed;
  const editor = vscode.window.activeTextEditor;
  const active = editor && isWorkspaceText(editor.document.uri) ? editor : undefined;
  const uri = target?.uri ?? (path === undefined ? active?.document.uri : await uriOfPath(path));
  if (!uri) throw noEditor();
  // What is not there yet becomes a new file.
  const document = await existingDocument(uri);
  // What is masked in the code stands in the file, or in another one that is open.
  const sources = [...(document ? [document] : []), ...openDocuments()].map((one) => one.getText());
  const restored = (code: string) => proposed.restored(code, sources);
  if (!document) {
    const code = await restored(proposed.code);
    return edits.propose(uri, undefined, `${code.replace(/\n*$/, '')}\n`);
  }
  const shown = active?.document.uri.toString() === uri.toString() ? active : undefined;
  const text = document.getText();
  const selection = target
    ? whereIs(text, { ...target.range, quote: target.text })
    : shown && !shown.selection.isEmpty
      ? linesOf(shown.selection)
      : undefined;
  // People go on typing while an answer is on its way.
  if (target && !selection) throw editOutdated(shownPath(uri));
  const hints = {
    symbols: selection ? [] : await symbolsOf(uri),
    ...(selection === undefined ? {} : { selection }),
    ...(shown === undefined ? {} : { cursorLine: shown.selection.active.line + 1 }),
  };
  const after = await placeMasked(text, proposed.code, hints, restored);
  return edits.propose(uri, text, after);
}

const linesOf = ({ start, end }: vscode.Range): LineRange => ({
  startLine: start.line + 1,
  endLine: (end.character === 0 && end.line > start.line ? end.line - 1 : end.line) + 1,
});

/** Those that may be sent, and so may have been masked. */
export const openDocuments = (): vscode.TextDocument[] =>
  vscode.workspace.textDocuments.filter(
    (one) => isWorkspaceText(one.uri) && one.getText().length <= largestFile,
  );

/** Within the folders of the workspace only, however the path is written and wherever links lead. */
export async function uriOfPath(path: string): Promise<vscode.Uri> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const parts = path.replaceAll('\\', '/').split('/');
  if (!isConfinedPath(path) || folders.length === 0) throw outsideWorkspace(path);
  const named = folders.find(({ name }) => folders.length > 1 && name === parts[0]);
  const candidates = named
    ? [vscode.Uri.joinPath(named.uri, ...parts.slice(1))]
    : folders.map(({ uri }) => vscode.Uri.joinPath(uri, ...parts));
  for (const uri of candidates) {
    const found = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (found) return inside(uri, path);
  }
  const [first] = candidates;
  if (!first) throw outsideWorkspace(path);
  return inside(first, path);
}

async function inside(uri: vscode.Uri, path: string): Promise<vscode.Uri> {
  if (uri.scheme !== 'file') return uri;
  const real = await realOf(uri.fsPath);
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const way = relative(await realOf(folder.uri.fsPath), real);
    if (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return uri;
  }
  throw outsideWorkspace(path);
}

/** Without links; of a file that is not there yet, by the folder that is. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await realOf(above), basename(path));
  }
}

/** Declarations with their lines, nested ones too; none where no language server knows the file. */
async function symbolsOf(uri: vscode.Uri): Promise<NamedRange[]> {
  const found = await vscode.commands.executeCommand<
    (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined
  >('vscode.executeDocumentSymbolProvider', uri);
  const flat = (all: readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[]): NamedRange[] =>
    all.flatMap((symbol) =>
      'children' in symbol ? [named(symbol.name, symbol.range), ...flat(symbol.children)] : [],
    );
  return flat(found ?? []);
}

const named = (name: string, range: vscode.Range): NamedRange => ({ name, ...linesOf(range) });
