/** Files that were dropped on the panel or pasted into it, as attachments. */
import { Buffer } from 'node:buffer';
import * as vscode from 'vscode';
import { attachmentUnusable, outsideWorkspace } from '../../core/errors.ts';
import { whyStaysOut } from '../../core/grounding/staysOut.ts';
import { isMediaName, mediaTypeOf } from '../../core/workspace/media.ts';
import { isNotebookName, notebookText } from '../../core/workspace/notebook.ts';
import type { Attachment } from '../../protocol/entries.ts';
import type { App } from '../app.ts';
import { shownPath } from '../openEditors.ts';
import { confirmAdding } from '../stayingOut.ts';
import { attachFile, attachMedia } from './attachments.ts';
import type { DraftPlace } from './mediaShelf.ts';

type Parts = Pick<App, 'out' | 'media'>;

/** One that the editor knows. Throws `attachment_unusable`, `outside_workspace`; undefined where the user would rather not. */
export async function attachUri(parts: Parts, dropped: string): Promise<Attachment | undefined> {
  const uri = localUri(vscode.Uri.parse(dropped));
  if (!vscode.workspace.getWorkspaceFolder(uri)) throw outsideWorkspace(shownPath(uri));
  const { type } = await vscode.workspace.fs.stat(uri);
  if (type & vscode.FileType.Directory)
    return { kind: 'folder', uri: uri.toString(), path: shownPath(uri), text: '', mention: true };
  return isMediaName(uri.path) ? attachMedia(uri, parts) : attachFile(uri, parts.out);
}

/** The page of a remote window names files by its machine, and the extension is on that machine. */
const localUri = (uri: vscode.Uri): vscode.Uri =>
  uri.scheme === 'vscode-remote' ? vscode.Uri.file(uri.path) : uri;

/** Of what lies elsewhere the page has the bytes alone. Throws `attachment_unusable`. */
export async function attachBytes(
  { media }: Parts,
  name: string,
  data: string,
  place: DraftPlace,
): Promise<Attachment | undefined> {
  const bytes = Buffer.from(data, 'base64');
  if (mediaTypeOf(bytes)) return media.keep(name, bytes, place);
  const raw = textOf(bytes);
  const text = raw !== undefined && isNotebookName(name) ? (notebookText(raw) ?? raw) : raw;
  if (text === undefined || text.trim() === '')
    throw attachmentUnusable(name, 'it is no text, no picture that models take, and no PDF');
  const why = whyStaysOut({ path: name, text, bytes: bytes.length });
  if (why && !(await confirmAdding(name, why))) return undefined;
  return { kind: 'file', uri: `causeway-dropped:${encodeURIComponent(name)}`, path: name, text };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
