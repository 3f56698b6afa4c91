/** Takes what the user named with `@` into the draft. What stays out is taken only once they have said yes to a question. */
import * as vscode from 'vscode';
import { attachmentUnusable } from '../../core/errors.ts';
import { isMediaName } from '../../core/workspace/media.ts';
import { isNotebookName } from '../../core/workspace/notebook.ts';
import type { Attachment } from '../../protocol/entries.ts';
import type { MentionChoice } from '../../protocol/panelContext.ts';
import type { App } from '../app.ts';
import { repositoryFor } from '../git.ts';
import { languageFeatures } from '../languageFeatures.ts';
import { isWorkspaceText, shownPath } from '../openEditors.ts';
import { selectedLines } from '../selectedLines.ts';
import { sentDiff } from '../sentDiff.ts';
import { askedFile, attachMedia, mayAdd } from './attachments.ts';

/** Problems that are sent together: what is wrong is seen by then, and one mistake often makes hundreds. */
const mostProblems = 200;

type Parts = Pick<App, 'out' | 'terminals' | 'media'>;

/** Undefined where the user would rather not. Throws `attachment_unusable`, `no_repository`. */
export async function attachMention(parts: Parts, choice: MentionChoice): Promise<Attachment | undefined> {
  const { kind, uri, label } = choice;
  const mention = { uri, text: '', mention: true as const };
  switch (kind) {
    case 'file':
      return fileMention(parts, vscode.Uri.parse(uri));
    case 'image':
    case 'pdf':
      return attachMedia(vscode.Uri.parse(uri), parts);
    case 'folder':
      return { ...mention, kind, path: shownPath(vscode.Uri.parse(uri)) };
    case 'symbol':
      return { ...mention, kind, ...(await symbolPlace(choice)) };
    case 'session':
      return { ...mention, kind, path: label };
    case 'selection':
      return selectionMention(parts, mention);
    case 'problems':
      return { ...mention, kind, path: label, text: await problemsText(parts) };
    case 'diff':
      return diffMention(parts, mention);
    case 'terminal':
      return { ...mention, kind, path: label, text: terminalText(parts) };
    default:
      return kind satisfies never;
  }
}

/** One that may go is read when it is sent; of one that stays out goes what the user was asked about. */
async function fileMention(parts: Parts, uri: vscode.Uri): Promise<Attachment | undefined> {
  if (isMediaName(uri.path)) return attachMedia(uri, parts);
  const file = await askedFile(uri, parts.out);
  if (!file) return undefined;
  const isOnDisk = uri.scheme === 'file' && vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  return {
    ...file.attachment,
    ...(isOnDisk && !file.wasAsked && !isNotebookName(uri.path) ? { text: '' } : {}),
    mention: true,
  };
}

/** The whole of the symbol: what names it in a list of the workspace is often its name alone. */
async function symbolPlace({
  uri,
  label,
  startLine = 1,
}: MentionChoice): Promise<Pick<Attachment, 'path' | 'startLine' | 'endLine'>> {
  const within = (await languageFeatures.symbolsIn(uri)).filter(
    (one) => one.name === label && one.startLine <= startLine && startLine <= one.endLine,
  );
  const { startLine: first, endLine } = within.at(-1) ?? { startLine, endLine: startLine };
  return { path: shownPath(vscode.Uri.parse(uri)), startLine: first, endLine };
}

/** Its whole lines, so that they can be found again in the file. */
async function selectionMention(
  { out }: Parts,
  mention: { uri: string; text: string; mention: true },
): Promise<Attachment | undefined> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || editor.selection.isEmpty || !isWorkspaceText(editor.document.uri))
    throw attachmentUnusable('selection', 'nothing is selected');
  const { document, selection } = editor;
  if (!(await mayAdd(document, out))) return undefined;
  return {
    ...mention,
    kind: 'selection',
    uri: document.uri.toString(),
    path: shownPath(document.uri),
    ...selectedLines(document, selection),
  };
}

async function problemsText({ out }: Parts): Promise<string> {
  const found = await languageFeatures.problems();
  const uris = [...new Set(found.map(({ uri }) => uri))];
  const why = await out.byName(uris.map((uri) => vscode.Uri.parse(uri)));
  const hidden = new Set(uris.filter((_, index) => why[index]));
  const lines = found.flatMap(({ uri, line, severity, message }) =>
    hidden.has(uri) ? [] : [`${shownPath(vscode.Uri.parse(uri))}:${line} ${severity}: ${message}`],
  );
  if (lines.length === 0) throw attachmentUnusable('problems', 'there are none');
  const more = lines.length - mostProblems;
  return [...lines.slice(0, mostProblems), ...(more > 0 ? [`(${more} more are left out.)`] : [])].join('\n');
}

async function diffMention(
  { out }: Parts,
  mention: { uri: string; text: string; mention: true },
): Promise<Attachment | undefined> {
  const repository = await repositoryFor(undefined);
  if (!repository) return undefined;
  const { rootUri } = repository;
  const diff = [await repository.diff(true), await repository.diff(false)]
    .filter((part) => part.trim() !== '')
    .join('\n');
  if (diff === '') throw attachmentUnusable('diff', 'there are no changes');
  const text = await sentDiff(out, rootUri, diff);
  return { ...mention, kind: 'diff', uri: rootUri.toString(), path: 'diff', text };
}

function terminalText({ terminals: { last } }: Parts): string {
  if (!last)
    throw attachmentUnusable('terminal', 'no command has ended yet, or its shell does not tell of commands');
  const { command, exitCode, output } = last;
  return [`$ ${command}`, output, ...(exitCode === undefined ? [] : [`(exit code ${exitCode})`])].join('\n');
}
