/** The part of the built-in git extension's API that is used here. Source: microsoft/vscode extensions/git/src/api/git.d.ts. */
import * as vscode from 'vscode';

export interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  diff(cached?: boolean): Promise<string>;
}

interface GitApi {
  readonly repositories: Repository[];
}

interface GitExtension {
  getAPI(version: 1): GitApi;
}

/** The repository a command was called on, else that of the active file, else the first one. */
export async function repositoryFor(argument: unknown): Promise<Repository | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  if (!extension) return undefined;
  const { repositories } = (await extension.activate()).getAPI(1);
  const wanted = rootOf(argument) ?? vscode.window.activeTextEditor?.document.uri;
  const holding = repositories
    .filter(({ rootUri }) => wanted?.path === rootUri.path || wanted?.path.startsWith(`${rootUri.path}/`))
    .sort((a, b) => b.rootUri.path.length - a.rootUri.path.length);
  return holding[0] ?? repositories[0];
}

function rootOf(argument: unknown): vscode.Uri | undefined {
  return typeof argument === 'object' &&
    argument !== null &&
    'rootUri' in argument &&
    argument.rootUri instanceof vscode.Uri
    ? argument.rootUri
    : undefined;
}
