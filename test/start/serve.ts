/** The server of `npm start`. It is meant for use: none of the flags that open a server to tests is in here. */
import { pathToFileURL } from 'node:url';
import type { InstalledVsCode } from '../support/vscode/install.ts';
import { mustRun } from '../support/vscode/run.ts';
import { type ServerProcess, serverMain, startServer } from '../support/vscode/serverProcess.ts';

/** The first free one is taken: what a browser keeps belongs to one port, so that it is the same each time. */
const ports = '8500-8599';

export interface ServeOptions {
  /** Everything the server stores. */
  dataFolder: string;
  /** The file that holds the connection token; a command line would show it to every user of the machine. */
  tokenFile: string;
  /** The file that holds the key with which a browser encrypts the secrets of extensions, in hexadecimal. */
  secretKeyFile: string;
  env: NodeJS.ProcessEnv;
}

/** Installs packages into the server's data folder; the same version again replaces it. */
export async function installExtensions(
  installed: InstalledVsCode,
  { dataFolder, env }: ServeOptions,
  vsixes: readonly string[],
): Promise<void> {
  const which = vsixes.flatMap((vsix) => ['--install-extension', vsix]);
  const where = ['--server-data-dir', dataFolder, '--accept-server-license-terms'];
  await mustRun(installed.node, [serverMain, ...which, ...where], { cwd: installed.root, env });
}

/** Starts the server for this machine alone, and only for who has the token. Resolves when it listens. */
export function serve(installed: InstalledVsCode, options: ServeOptions): Promise<ServerProcess> {
  const preload = new URL('./secretKey.mjs', import.meta.url);
  preload.searchParams.set('token', options.tokenFile);
  preload.searchParams.set('key', options.secretKeyFile);
  const args = [
    ...['--import', preload.href],
    serverMain,
    ...['--host', '127.0.0.1', '--port', ports],
    ...['--connection-token-file', options.tokenFile],
    ...['--server-data-dir', options.dataFolder],
    ...['--accept-server-license-terms', '--telemetry-level', 'off'],
  ];
  return startServer(installed, args, options.env);
}

/** The address that shows a folder; whoever has it may do all that VS Code can do. */
export function addressOf(port: number, folder: string, token: string): string {
  // VS Code writes folders as URIs do, on Windows with a slash before the drive; the slashes stay readable.
  const path = encodeURIComponent(decodeURIComponent(pathToFileURL(folder).pathname)).replaceAll('%2F', '/');
  return `http://127.0.0.1:${port}/?folder=${path}&tkn=${token}`;
}
