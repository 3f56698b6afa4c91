/** Entries of the lightbulb. They name commands; nothing is computed until one is chosen. */
import * as vscode from 'vscode';
import type { CommandId } from './ids.ts';

const { QuickFix, RefactorRewrite, Refactor } = vscode.CodeActionKind;

export class CodeActions implements vscode.CodeActionProvider {
  static readonly kinds = [QuickFix, RefactorRewrite, Refactor];

  provideCodeActions(
    _document: vscode.TextDocument,
    range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const { t } = vscode.l10n;
    const actions: vscode.CodeAction[] = [];
    if (diagnostics.length > 0) {
      const around = diagnostics.reduce((all, one) => all.union(one.range), range);
      const fix = action(t('Fix with Causeway'), QuickFix, 'causeway.fix', around);
      fix.diagnostics = [...diagnostics];
      actions.push(fix);
    }
    if (range.isEmpty) return actions;
    return [
      ...actions,
      action(t('Refactor with Causeway'), RefactorRewrite, 'causeway.refactor', range),
      action(t('Document with Causeway'), RefactorRewrite, 'causeway.document', range),
      action(t('Write Tests with Causeway'), Refactor, 'causeway.writeTests', range),
      action(t('Explain with Causeway'), Refactor, 'causeway.explain', range),
    ];
  }
}

function action(
  title: string,
  kind: vscode.CodeActionKind,
  command: CommandId,
  range: vscode.Range,
): vscode.CodeAction {
  const made = new vscode.CodeAction(title, kind);
  made.command = { command, title, arguments: [range] };
  return made;
}
