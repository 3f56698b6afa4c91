/** Questions about what is really in the workspace, for a session without turns. */
import * as vscode from 'vscode';
import { questionsAbout } from '../../core/grounding/suggestions.ts';
import { shownPath } from '../openEditors.ts';

/** Enough to choose from; listing a large workspace would take long. */
const mostFiles = 200;

export async function suggestQuestions(): Promise<string[]> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const found = await vscode.workspace.findFiles(
    '**/*.{ts,tsx,js,jsx,py,go,rs,java,kt,cs,rb,php,swift,c,cpp,h,md}',
    '**/{node_modules,dist,out,build,vendor,target,.git}/**',
    mostFiles,
  );
  const paths = found.map(shownPath).sort((a, b) => (a < b ? -1 : 1));
  return questionsAbout(paths, active?.scheme === 'file' ? shownPath(active) : undefined);
}
