/** Starts, stops, kills and restarts a VS Code server, and installs extensions into it. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type InstalledVsCode, installVsCode, type VsCodeVersion } from './install.ts';
import { extensionHostsOf, killAndWait } from './processes.ts';
import { mustRun } from './run.ts';
import { type ServerProcess, serverMain, startServer } from './serverProcess.ts';
import { type Settings, userDefaults } from './settings.ts';
import { until } from './until.ts';

export interface ServerOptions {
  /** Which VS Code; today's where absent. */
  version?: VsCodeVersion;
  /** The folder of everything the server stores. A fresh one where absent, removed by `stop`. */
  dataFolder?: string;
  /** 0 or absent: any free port. Another port is another origin and another workspace to VS Code. */
  port?: number;
  /** Asks whether a folder's authors are trusted, which starts in Restricted Mode; false where absent. */
  workspaceTrust?: boolean;
  /** A secret that each request must carry; none where absent. */
  connectionToken?: string;
  /**
   * Accepts an extension under development and suites from an address; true where absent. Anyone who
   * reaches such a server can run code here, so it is for tests only.
   */
  acceptDevelopment?: boolean;
  /** Folders of extensions that are there from the start. */
  extensions?: string[];
  /** User settings; added to defaults that keep the workbench plain. Read once, at the start of a window. */
  userSettings?: Settings;
  /** Settings of the machine: they win over the user's, and settings of scope `machine` work only here. */
  machineSettings?: Settings;
  /** Environment of the server, its extension hosts and their workers, added to this process's. */
  env?: Record<string, string | undefined>;
}

/** Keys and addresses of the person who runs the tests; no test may use them by accident. */
const personal = /^(ANTHROPIC|OPENAI|GEMINI|GOOGLE|MISTRAL|CAUSEWAY|VSCODE|ELECTRON|NPM|npm)_/;

/** A running VS Code server. */
export class VsCodeServer {
  /** Where it listens; stays the same over `restart`. */
  readonly port: number;
  readonly dataFolder: string;
  readonly #options: ServerOptions;
  readonly #installed: InstalledVsCode;
  #started: ServerProcess;

  private constructor(
    options: ServerOptions,
    installed: InstalledVsCode,
    folder: string,
    started: ServerProcess,
  ) {
    this.port = started.port;
    this.dataFolder = folder;
    this.#options = options;
    this.#installed = installed;
    this.#started = started;
  }

  /** Installs VS Code where it is missing, starts it, and returns when it listens. */
  static async start(options: ServerOptions = {}): Promise<VsCodeServer> {
    const installed = await installVsCode(options.version);
    const folder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'causeway-vscode-')));
    await writeSettings(folder, 'User', { ...userDefaults, ...options.userSettings });
    if (options.machineSettings) await writeSettings(folder, 'Machine', options.machineSettings);
    for (const extension of options.extensions ?? [])
      await cp(extension, join(folder, 'extensions', basename(extension)), { recursive: true });
    const started = await launch(installed, folder, options, options.port ?? 0);
    return new VsCodeServer(options, installed, folder, started);
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What windows name as the remote machine, in URIs such as `vscode-remote://127.0.0.1:1234/folder`. */
  get authority(): string {
    return `127.0.0.1:${this.port}`;
  }

  get connectionToken(): string | undefined {
    return this.#options.connectionToken;
  }

  get pid(): number {
    return this.#started.pid;
  }

  /** Everything it printed since its last start. */
  get output(): string {
    return this.#started.output();
  }

  /** The pids of the extension hosts, one per open window, oldest first. */
  extensionHosts(): Promise<number[]> {
    return extensionHostsOf(this.pid);
  }

  /** Crashes every extension host (SIGKILL) and returns their pids once they are gone. */
  async killExtensionHosts(): Promise<number[]> {
    const pids = await until('an extension host', async () => {
      const hosts = await this.extensionHosts();
      return hosts.length > 0 && hosts;
    });
    for (const pid of pids) await killAndWait(pid);
    return pids;
  }

  /** Replaces the machine's settings; open windows follow within about 0.2 s. */
  async setMachineSettings(settings: Settings): Promise<void> {
    await writeSettings(this.dataFolder, 'Machine', settings);
  }

  /** Installs a packaged extension; the same version again replaces it. */
  async installExtension(vsix: string): Promise<void> {
    await this.#manage('--install-extension', vsix);
  }

  /** Removes an extension by its id, such as `causeway.causeway`; its global storage stays. */
  async uninstallExtension(id: string): Promise<void> {
    await this.#manage('--uninstall-extension', id);
  }

  /** Crashes the server with everything that belongs to it. */
  async kill(): Promise<void> {
    await this.#started.end('SIGKILL');
  }

  /** Starts again on the same port with the same data, after `kill` or instead of it. */
  async restart(): Promise<void> {
    await this.#started.end('SIGTERM');
    this.#started = await launch(this.#installed, this.dataFolder, this.#options, this.port);
  }

  /** Ends it in order, and removes the data folder unless it was given. */
  async stop(): Promise<void> {
    await this.#started.end('SIGTERM');
    if (!this.#options.dataFolder) {
      await rm(this.dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  }

  async #manage(flag: string, value: string): Promise<void> {
    await mustRun(
      this.#installed.node,
      [serverMain, flag, value, '--server-data-dir', this.dataFolder, '--accept-server-license-terms'],
      { cwd: this.#installed.root, env: environment(this.dataFolder, this.#options.env) },
    );
  }
}

function launch(
  installed: InstalledVsCode,
  folder: string,
  options: ServerOptions,
  port: number,
): Promise<ServerProcess> {
  const { connectionToken: token } = options;
  const args = [
    serverMain,
    ...['--host', '127.0.0.1', '--port', String(port)],
    ...(token ? ['--connection-token', token] : ['--without-connection-token']),
    ...['--accept-server-license-terms', '--server-data-dir', folder, '--telemetry-level', 'off'],
    ...(options.workspaceTrust ? [] : ['--disable-workspace-trust']),
    ...((options.acceptDevelopment ?? true) ? ['--enable-smoke-test-driver'] : []),
  ];
  return startServer(installed, args, environment(folder, options.env));
}

function environment(folder: string, extra: ServerOptions['env']): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !personal.test(name));
  // State that lies outside the data folder otherwise: the user's own must not be found nor changed.
  const state = { XDG_STATE_HOME: join(folder, 'state'), LOCALAPPDATA: join(folder, 'state') };
  return { ...Object.fromEntries(own), ...state, ...extra };
}

async function writeSettings(folder: string, level: 'User' | 'Machine', settings: Settings): Promise<void> {
  await mkdir(join(folder, 'data', level), { recursive: true });
  await writeFile(join(folder, 'data', level, 'settings.json'), JSON.stringify(settings, null, 2));
}
