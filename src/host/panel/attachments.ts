/** Files, the selection and the problems of the active file, as context the user attaches. */
import * as vscode from 'vscode';
import { attachmentUnusable, CausewayError } from '../../core/errors.ts';
import { isSearchableText, isSecretFile, largestFile } from '../../core/grounding/fileRules.ts';
import type { Attachment } from '../../protocol/entries.ts';
import { isWorkspaceText, type OpenEditors, selectedLines, shownPath } from '../openEditors.ts';
import { plainWords } from '../plainWords.ts';

/** Files offered; whoever has more types a part of the name in the editor's own quick open. */
const mostOffered = 2_000;
/** Thousands of files that nobody here wrote would take the places of those that somebody did. */
const notOffered = '**/{node_modules,.git}/**';

interface Choice extends vscode.QuickPickItem {
  attach?: () => Promise<Attachment | undefined>;
}

/** Lets the user choose; what cannot be attached is said and left out. */
export async function pickContext(editors: OpenEditors): Promise<Attachment[]> {
  const open = (await editors.files()).map(({ uri }) => vscode.Uri.parse(uri));
  const found = await vscode.workspace.findFiles('**/*', notOffered, mostOffered);
  const known = new Set(open.map(String));
  const files = [...open, ...found.filter((uri) => !known.has(uri.toString()))];
  const choices: Choice[] = [
    ...editorChoices(),
    { label: vscode.l10n.t('Files'), kind: vscode.QuickPickItemKind.Separator },
    ...files.map((uri) => ({
      label: shownPath(uri).split('/').at(-1) ?? '',
      description: shownPath(uri),
      iconPath: vscode.ThemeIcon.File,
      resourceUri: uri,
      attach: () => attachFile(uri),
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

function editorChoices(): Choice[] {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isWorkspaceText(editor.document.uri)) return [];
  const path = shownPath(editor.document.uri);
  const choices: Choice[] = [];
  if (!editor.selection.isEmpty) {
    choices.push({
      label: vscode.l10n.t('Selection'),
      description: path,
      iconPath: new vscode.ThemeIcon('selection'),
      attach: async () => selectionOf(editor),
    });
  }
  const problems = problemsOf(editor.document.uri);
  if (problems) {
    choices.push({
      label: vscode.l10n.t('Problems'),
      description: path,
      iconPath: new vscode.ThemeIcon('warning'),
      attach: async () => problems,
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

/** Throws `attachment_unusable`; undefined when the user would rather not send a file made to hold secrets. */
async function attachFile(uri: vscode.Uri): Promise<Attachment | undefined> {
  const path = shownPath(uri);
  if (isSecretFile(path) && !(await confirmSecret(path))) return undefined;
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > largestFile) {
    throw attachmentUnusable(path, `it has ${size} bytes and ${largestFile} is the most`);
  }
  const document = await Promise.resolve(vscode.workspace.openTextDocument(uri)).catch(() => undefined);
  const text = document?.getText();
  if (text === undefined || text.trim() === '' || !isSearchableText(text)) {
    throw attachmentUnusable(path, 'it is not a text that can be quoted');
  }
  return {
    kind: 'file',
    uri: uri.toString(),
    path,
    text,
    ...(document ? { languageId: document.languageId } : {}),
  };
}

async function confirmSecret(path: string): Promise<boolean> {
  const attach = vscode.l10n.t('Attach');
  const answer = await vscode.window.showWarningMessage(
    plainWords(vscode.l10n.t('{0} looks like a file that holds secrets. Send it to the model?', path)),
    { modal: true, detail: vscode.l10n.t('It is also kept in the session.') },
    attach,
  );
  return answer === attach;
}
