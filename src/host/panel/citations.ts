/** Opens what an answer quotes. */
import * as vscode from 'vscode';
import { whereIs } from '../../core/grounding/quotePlace.ts';
import { cellsAt, cellsText, isNotebookName } from '../../core/workspace/notebook.ts';
import type { Citation } from '../../protocol/content.ts';
import type { Restored } from '../edits/applyCode.ts';
import { cellOf, isWorkspaceText } from '../openEditors.ts';

/** False when the quoted text is no longer in the file, or the file is gone. */
export async function openCitation(
  { uri, startLine, endLine, quote }: Citation,
  restored: Restored,
): Promise<boolean> {
  const target = vscode.Uri.parse(uri);
  if (!isWorkspaceText(target) || !isOfWorkspace(target)) return false;
  if (isNotebookName(target.path) && (await openCells(target, { startLine, endLine, quote }, restored)))
    return true;
  let document: vscode.TextDocument;
  try {
    document = await vscode.workspace.openTextDocument(target);
  } catch {
    // The file is gone: the answer says so beside the citation.
    return false;
  }
  const text = document.getText();
  // What was masked and cannot be found again is not in the file any more.
  const original = await restored(quote, [text]).catch(() => quote);
  const found = whereIs(text, { startLine, endLine, quote: original });
  if (!found) return false;
  const last = document.lineAt(Math.min(found.endLine, document.lineCount) - 1);
  const selection = new vscode.Range(new vscode.Position(found.startLine - 1, 0), last.range.end);
  await vscode.window.showTextDocument(document, { selection, preview: true });
  return true;
}

/** Shows the cells in which the quoted text stands; false where it does not, or the notebook cannot be read. */
async function openCells(
  target: vscode.Uri,
  { startLine, endLine, quote }: Pick<Citation, 'startLine' | 'endLine' | 'quote'>,
  restored: Restored,
): Promise<boolean> {
  const notebook = await Promise.resolve(vscode.workspace.openNotebookDocument(target)).catch(
    () => undefined,
  );
  if (!notebook) return false;
  const cells = notebook.getCells().map(cellOf);
  const text = cellsText(cells);
  const original = await restored(quote, [text]).catch(() => quote);
  const found = whereIs(text, { startLine, endLine, quote: original });
  if (!found) return false;
  const { first, end } = cellsAt(cells, found);
  await vscode.window.showNotebookDocument(notebook, {
    selections: [new vscode.NotebookRange(first, end)],
    preview: true,
  });
  return true;
}

/** An imported session may name any file of this machine; only what the workspace or an editor has is opened. */
const isOfWorkspace = (uri: vscode.Uri): boolean =>
  // A path that climbs begins with the folder's name and ends elsewhere.
  !uri.path.split('/').includes('..') &&
  (vscode.workspace.getWorkspaceFolder(uri) !== undefined ||
    vscode.workspace.textDocuments.some((document) => document.uri.toString() === uri.toString()));
