/** The part of the built-in git extension's API that is used here. Source: microsoft/vscode extensions/git/src/api/git.d.ts. */
import * as vscode from 'vscode';
import { noRepository } from '../core/errors.ts';

export interface Repository {
  readonly rootUri: vscode.Uri;
  readonly inputBox: { value: string };
  diff(cached?: boolean): Promise<string>;
}

interface GitApi {
  readonly state: 'uninitialized' | 'initialized';
  readonly onDidChangeState: vscode.Event<'uninitialized' | 'initialized'>;
  readonly repositories: Repository[];
}

interface GitExtension {
  getAPI(version: 1): GitApi;
}

/**
 * The repository a command was called on, else that of the active file, else the only one, else the one the user
 * chooses; undefined when none is chosen. Throws `no_repository`.
 */
export async function repositoryFor(argument: unknown): Promise<Repository | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git');
  const api = extension && (await apiOf(extension));
  if (!api) throw noRepository();
  await looked(api);
  const { repositories } = api;
  const wanted = rootOf(argument) ?? vscode.window.activeTextEditor?.document.uri;
  const holding = repositories
    .filter(({ rootUri }) => wanted?.path === rootUri.path || wanted?.path.startsWith(`${rootUri.path}/`))
    .sort((a, b) => b.rootUri.path.length - a.rootUri.path.length);
  if (holding[0]) return holding[0];
  const [first, ...more] = repositories;
  if (!first) throw noRepository();
  return more.length === 0 ? first : choose(repositories);
}

async function choose(repositories: readonly Repository[]): Promise<Repository | undefined> {
  const items = repositories.map((repository) => ({
    label: repository.rootUri.path.split('/').at(-1) ?? '',
    description: repository.rootUri.fsPath,
    repository,
  }));
  const title = vscode.l10n.t('Repository of the Commit Message');
  return (await vscode.window.showQuickPick(items, { title }))?.repository;
}

async function apiOf(extension: vscode.Extension<GitExtension>): Promise<GitApi | undefined> {
  try {
    return (await extension.activate()).getAPI(1);
  } catch {
    // It throws where git is turned off in the settings or not installed.
    return undefined;
  }
}

/** Just after the start, git has not looked for repositories yet. */
async function looked(api: GitApi): Promise<void> {
  if (api.state === 'initialized') return;
  await new Promise<void>((resolve) => {
    const subscription = api.onDidChangeState((state) => {
      if (state !== 'initialized') return;
      subscription.dispose();
      resolve();
    });
  });
}

function rootOf(argument: unknown): vscode.Uri | undefined {
  return typeof argument === 'object' &&
    argument !== null &&
    'rootUri' in argument &&
    argument.rootUri instanceof vscode.Uri
    ? argument.rootUri
    : undefined;
}
