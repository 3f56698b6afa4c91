import * as vscode from 'vscode';
import { editUnreadable } from '../../core/errors.ts';
import { shownPath } from '../openEditors.ts';

/**
 * Undefined for a file that is not there yet. Throws `edit_unreadable` for one that is there and cannot be opened as
 * text: it would be proposed anew, as if nothing stood in it.
 */
export async function existingDocument(uri: vscode.Uri): Promise<vscode.TextDocument | undefined> {
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    if (await isMissing(uri)) return undefined;
    throw editUnreadable(shownPath(uri));
  }
}

const isMissing = (uri: vscode.Uri): Promise<boolean> =>
  Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => false,
    (error: unknown) => error instanceof vscode.FileSystemError && error.code === 'FileNotFound',
  );
