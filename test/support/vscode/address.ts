import { repositoryRoot } from './paths.ts';
import type { VsCodeServer } from './server.ts';

export interface WindowOptions {
  /** An absolute folder, or a `.code-workspace` file; an empty window where absent. */
  workspace?: string;
  /**
   * The absolute folder of an extension under development: this repository where absent.
   * `installed` loads none, so that the window has what was installed into the server.
   */
  extension?: string | 'installed';
  /** An absolute file to show at once. */
  openFile?: string;
  /** The absolute compiled suite to run inside the extension host. */
  suite?: string;
}

/** The address at which a server shows a window. */
export function windowAddress(server: VsCodeServer, options: WindowOptions): string {
  const remote = (path: string) => `vscode-remote://${server.authority}${path}`;
  const payload: [string, string][] = [];
  const extension = options.extension ?? repositoryRoot;
  if (extension !== 'installed') {
    payload.push(['extensionDevelopmentPath', remote(extension)], ['skipWelcome', 'true']);
  }
  if (options.suite) payload.push(['extensionTestsPath', remote(options.suite)]);
  if (options.openFile) payload.push(['openFile', remote(options.openFile)]);

  const address = new URL('/', server.origin);
  const { workspace } = options;
  if (!workspace) address.searchParams.set('ew', 'true');
  else if (workspace.endsWith('.code-workspace')) address.searchParams.set('workspace', workspace);
  else address.searchParams.set('folder', workspace);
  if (server.connectionToken) address.searchParams.set('tkn', server.connectionToken);
  if (payload.length > 0) address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
}
