/** Files, the selection and the problems of the active file, as context the user attaches. */
import * as vscode from 'vscode';
import { attachmentUnusable, CausewayError } from '../../core/errors.ts';
import { isMediaName } from '../../core/workspace/media.ts';
import { isNotebookName, notebookText } from '../../core/workspace/notebook.ts';
import type { Attachment } from '../../protocol/entries.ts';
import { maxInputLength } from '../../protocol/turnInput.ts';
import { isWorkspaceText, type OpenEditors, shownPath } from '../openEditors.ts';
import { plainWords } from '../plainWords.ts';
import { selectedLines } from '../selectedLines.ts';
import { confirmAdding, type StayingOut } from '../stayingOut.ts';
import type { MediaShelf } from './mediaShelf.ts';

/** Files offered; whoever has more types a part of the name in the editor's own quick open. */
const mostOffered = 2_000;
/** Thousands of files that nobody here wrote would take the places of those that somebody did. */
const notOffered = '**/{node_modules,.git}/**';

interface Choice extends vscode.QuickPickItem {
  attach?: () => Promise<Attachment | undefined>;
}

/** Lets the user choose; what cannot be attached is said and left out. */
export async function pickContext(
  editors: OpenEditors,
  out: StayingOut,
  media: MediaShelf,
): Promise<Attachment[]> {
  const open = (await editors.files()).map(({ uri }) => vscode.Uri.parse(uri));
  const found = await vscode.workspace.findFiles('**/*', notOffered, mostOffered);
  const known = new Set(open.map(String));
  const files = [...open, ...found.filter((uri) => !known.has(uri.toString()))];
  const choices: Choice[] = [
    ...editorChoices(out),
    { label: vscode.l10n.t('Files'), kind: vscode.QuickPickItemKind.Separator },
    ...files.map((uri) => ({
      label: shownPath(uri).split('/').at(-1) ?? '',
      description: shownPath(uri),
      iconPath: vscode.ThemeIcon.File,
      resourceUri: uri,
      attach: () => (isMediaName(uri.path) ? attachMedia(uri, { out, media }) : attachFile(uri, out)),
    })),
  ];
  const picked = await vscode.window.showQuickPick(choices, {
    canPickMany: true,
    matchOnDescription: true,
    title: vscode.l10n.t('Add Context'),
    placeHolder: vscode.l10n.t('Files and problems to send with the next input'),
  });
  const attached: Attachment[] = [];
  for (const choice of picked ?? []) {
    try {
      const attachment = await choice.attach?.();
      if (attachment) attached.push(attachment);
    } catch (error) {
      if (!(error instanceof CausewayError)) throw error;
      void vscode.window.showWarningMessage(plainWords(error.message));
    }
  }
  return attached;
}

function editorChoices(out: StayingOut): Choice[] {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isWorkspaceText(editor.document.uri)) return [];
  const path = shownPath(editor.document.uri);
  const choices: Choice[] = [];
  if (!editor.selection.isEmpty) {
    choices.push({
      label: vscode.l10n.t('Selection'),
      description: path,
      iconPath: new vscode.ThemeIcon('selection'),
      attach: async () => ((await mayAdd(editor.document, out)) ? selectionOf(editor) : undefined),
    });
  }
  const problems = problemsOf(editor.document.uri);
  if (problems) {
    choices.push({
      label: vscode.l10n.t('Problems'),
      description: path,
      iconPath: new vscode.ThemeIcon('warning'),
      attach: async () => ((await mayAdd(editor.document, out)) ? problems : undefined),
    });
  }
  return choices;
}

export function selectionOf({ document, selection }: vscode.TextEditor, range?: vscode.Range): Attachment {
  return {
    kind: 'selection',
    uri: document.uri.toString(),
    path: shownPath(document.uri),
    languageId: document.languageId,
    ...selectedLines(document, range ?? selection),
  };
}

const severities = ['error', 'warning', 'information', 'hint'] as const;

/** Problems of a file, or of some of its lines; undefined when there are none. */
export function problemsOf(uri: vscode.Uri, range?: vscode.Range): Attachment | undefined {
  const all = vscode.languages.getDiagnostics(uri);
  const found = range ? all.filter((one) => one.range.intersection(range) !== undefined) : all;
  if (found.length === 0) return undefined;
  const text = found
    .map(({ severity, message, source, code, range: at }) => {
      const number = typeof code === 'object' ? code.value : code;
      const from = [source, number].filter((part) => part !== undefined).join(' ');
      return `line ${at.start.line + 1}: ${severities[severity]}${from ? ` (${from})` : ''}: ${message}`;
    })
    .join('\n');
  const lines = found.map((one) => one.range.start.line + 1);
  return {
    kind: 'problems',
    uri: uri.toString(),
    path: shownPath(uri),
    startLine: Math.min(...lines),
    endLine: Math.max(...lines),
    text,
  };
}

/** Characters of the longest input; what is larger is refused before it is read. */
const largestAttachment = maxInputLength;

/** Throws `attachment_unusable`; undefined when it stays out and the user would rather leave it so. */
export async function attachFile(uri: vscode.Uri, out: StayingOut): Promise<Attachment | undefined> {
  return (await askedFile(uri, out))?.attachment;
}

/** As `attachFile`, with whether the user had to be asked. */
export async function askedFile(
  uri: vscode.Uri,
  out: StayingOut,
): Promise<{ attachment: Attachment; wasAsked: boolean } | undefined> {
  const path = shownPath(uri);
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > largestAttachment)
    throw attachmentUnusable(path, `it has ${size} bytes and ${largestAttachment} is the most`);
  const document = await Promise.resolve(vscode.workspace.openTextDocument(uri)).catch(() => undefined);
  const raw = document?.getText();
  const text = raw !== undefined && isNotebookName(path) ? (notebookText(raw) ?? raw) : raw;
  const why = await out.of(uri, text ?? '', size);
  if (document === undefined || text === undefined || text.trim() === '' || why?.why === 'binary')
    throw attachmentUnusable(path, 'it is not a text that can be quoted');
  if (why && !(await confirmAdding(path, why))) return undefined;
  const { languageId } = document;
  return {
    attachment: { kind: 'file', uri: uri.toString(), path, text, languageId },
    wasAsked: why !== undefined,
  };
}

/** A picture or a PDF. Throws `attachment_unusable`; undefined when it stays out and the user would rather leave it so. */
export async function attachMedia(
  uri: vscode.Uri,
  { out, media }: { out: StayingOut; media: MediaShelf },
): Promise<Attachment | undefined> {
  const [why] = await out.byName([uri]);
  // That it is no text is what it is attached for.
  if (why && why.why !== 'binary' && !(await confirmAdding(shownPath(uri), why))) return undefined;
  return media.attach(uri);
}

/** Whether a part of a document may go: it does not stay out, or the user says so. */
export async function mayAdd(document: vscode.TextDocument, out: StayingOut): Promise<boolean> {
  const why = await out.of(document.uri, document.getText());
  return why === undefined || confirmAdding(shownPath(document.uri), why);
}
