/** Commands on what is selected in the editor. Answers come in the panel; edits are proposed as a diff. */
import * as vscode from 'vscode';
import { codeBlocksOf } from '../../core/edits/codeBlocks.ts';
import { type EditTask, editPrompt, explainPrompt } from '../../core/edits/prompts.ts';
import { testPathFor } from '../../core/edits/testPath.ts';
import { noEdit, noEditor, noSelection } from '../../core/errors.ts';
import type { AssistantEntry, Attachment } from '../../protocol/entries.ts';
import type { App } from '../app.ts';
import { applyCode, uriOfPath } from '../edits/applyCode.ts';
import { isWorkspaceText, shownPath } from '../openEditors.ts';
import { mayAdd, problemsOf, selectionOf } from '../panel/attachments.ts';
import { completeText } from './completeText.ts';
import { needModel } from './model.ts';

interface Selected {
  editor: vscode.TextEditor;
  range: vscode.Range;
  attachment: Attachment;
}

export async function explain(app: App, ...args: unknown[]): Promise<void> {
  const { editor, attachment } = await selected(args);
  if (!(await mayAdd(editor.document, app.out))) return;
  await ask(app, explainPrompt, [attachment], await shownSession(app));
}

export async function askAboutSelection(app: App, ...args: unknown[]): Promise<void> {
  const { editor, attachment } = await selected(args);
  if (!(await mayAdd(editor.document, app.out))) return;
  const question = await vscode.window.showInputBox({
    title: vscode.l10n.t('Ask about Selection'),
    ignoreFocusOut: true,
    prompt: `${attachment.path}:${attachment.startLine}–${attachment.endLine}`,
    validateInput: (text) =>
      text.trim() === '' ? vscode.l10n.t('Type a question about the selection.') : undefined,
  });
  if (question !== undefined) await ask(app, question, [attachment], await shownSession(app));
}

export async function addSelectionToChat(app: App, ...args: unknown[]): Promise<void> {
  const { editor, attachment } = await selected(args);
  if (!(await mayAdd(editor.document, app.out))) return;
  const host = await app.panel.reveal();
  // Asking for a session says why there is none.
  const sessionId = host.shown ?? (await app.sessionToShow());
  host.push({ type: 'attach', sessionId, attachments: [attachment] });
}

/** Asks for new code and proposes it. Throws `model_needed` or `restricted_mode` without a model: quotes cannot change code. */
export async function editSelection(app: App, task: EditTask, args: readonly unknown[]): Promise<void> {
  const { editor, range, attachment } = await selected(args, task === 'fix');
  if (!(await mayAdd(editor.document, app.out))) return;
  const { uri } = editor.document;
  const problems = task === 'fix' ? problemsOf(uri, range) : undefined;
  const host = await app.panel.reveal({ preserveFocus: true });
  await needModel(app, host.shown);
  const testPath = task === 'writeTests' ? testPathFor(shownPath(uri)) : undefined;
  // Where the answer could not go is said before it is paid for.
  if (testPath !== undefined) await uriOfPath(testPath);
  const attachments = problems ? [attachment, problems] : [attachment];
  const sessionId = await shownSession(app);
  const entry = await ask(app, editPrompt(task, testPath), attachments, sessionId);
  if (!entry || entry.outcome === 'stopped') return;
  const blocks = codeBlocksOf(completeText(entry));
  const block = blocks.find(({ code }) => code.trim() !== '');
  if (!block) throw noEdit();
  const { startLine = 1, endLine = startLine } = attachment;
  const restored = app.restoredIn(sessionId);
  if (testPath === undefined) {
    await applyCode(app.edits, {
      code: block.code,
      restored,
      target: { uri, range: { startLine, endLine }, text: attachment.text },
    });
  } else {
    await applyCode(app.edits, { code: block.code, restored, path: block.path ?? testPath });
  }
}

async function shownSession(app: App): Promise<string> {
  const host = await app.panel.reveal({ preserveFocus: true });
  return host.shown ?? app.sessionToShow();
}

/** Sends it in a session; resolves to the entry that ended the turn, if it began. */
async function ask(
  app: App,
  text: string,
  attachments: Attachment[],
  sessionId: string,
): Promise<AssistantEntry | undefined> {
  const assistant = await app.assistant();
  const { events } = await assistant.startTurn(sessionId, {
    text,
    attachments,
    ...(await app.groundings.chosen(assistant, sessionId)),
    door: 'command',
  });
  for await (const event of events) {
    if (event.type === 'turn.ended' && event.entry.kind === 'assistant') return event.entry;
  }
  return undefined;
}

/** The selection, or the range the lightbulb gave, or the declaration around the cursor. */
async function selected(args: readonly unknown[], lineWillDo = false): Promise<Selected> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !isWorkspaceText(editor.document.uri)) throw noEditor();
  const { document, selection } = editor;
  const given = args[0] instanceof vscode.Range && !args[0].isEmpty ? args[0] : undefined;
  const range =
    given ??
    (selection.isEmpty
      ? ((await declarationAt(document, selection.active)) ??
        (lineWillDo ? document.lineAt(selection.active).range : undefined))
      : selection);
  const whole = range && wholeLines(document, range);
  if (!whole || document.getText(whole).trim() === '') throw noSelection();
  return { editor, range: whole, attachment: selectionOf(editor, whole) };
}

/** Edits replace whole lines, so that what is sent is what is replaced. */
function wholeLines(document: vscode.TextDocument, { start, end }: vscode.Range): vscode.Range {
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return new vscode.Range(new vscode.Position(start.line, 0), document.lineAt(last).range.end);
}

async function declarationAt(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.Range | undefined> {
  const symbols = await vscode.commands.executeCommand<
    (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined
  >('vscode.executeDocumentSymbolProvider', document.uri);
  let found: vscode.Range | undefined;
  const visit = (all: readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[]) => {
    for (const symbol of all) {
      if (!('children' in symbol) || !symbol.range.contains(position)) continue;
      if (declarations.has(symbol.kind)) found = symbol.range;
      visit(symbol.children);
    }
  };
  visit(symbols ?? []);
  return found;
}

const declarations = new Set([
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Constructor,
  vscode.SymbolKind.Class,
  vscode.SymbolKind.Interface,
  vscode.SymbolKind.Enum,
  vscode.SymbolKind.Struct,
]);
