/** `npm start`, once the packages are there: packs Causeway, and opens a VS Code that has it. */
import { current, installVsCode } from '../support/vscode/install.ts';
import type { ServerProcess } from '../support/vscode/serverProcess.ts';
import { keptSecret, prepareDataFolder, sampleCopy, usualDataFolder } from './dataFolder.ts';
import { openDesktop } from './desktop.ts';
import { usersEnvironment } from './environment.ts';
import { openBrowser } from './openBrowser.ts';
import { readOptions, type StartOptions } from './options.mjs';
import { packCauseway, packOpener } from './pack.ts';
import { addressOf, installExtensions, serve, tokenFileOf } from './serve.ts';

const options = readOptions(process.argv.slice(2), process.env.INIT_CWD || process.cwd());
const env = usersEnvironment(process.env);

// Ends also what is still starting: a server is killed when this process exits.
process.exit(await run());

async function run(): Promise<number> {
  try {
    const folder = options.folder ?? (await sampleCopy());
    return options.desktop ? await desktop(folder) : await browser(folder, options);
  } catch (cause) {
    // What goes wrong here is for the user to read, not for a debugger.
    say(cause instanceof Error ? cause.message : String(cause));
    return 1;
  }
}

async function desktop(folder: string): Promise<number> {
  const editor = await openDesktop(packed, folder, env);
  say(`Causeway is installed in ${editor}, which opens ${folder}. Its icon is in the activity bar.`);
  return 0;
}

async function browser(folder: string, { data = usualDataFolder, open }: StartOptions): Promise<number> {
  await prepareDataFolder(data);
  const tokenFile = tokenFileOf(data);
  const [token, installed, ...vsixes] = await Promise.all([
    keptSecret(tokenFile),
    installVsCode(current),
    packed(),
    packOpener(data),
  ]);
  const settings = { dataFolder: data, tokenFile, env };
  await installExtensions(installed, settings, vsixes);

  const stopping = askedToStop();
  const server = await Promise.race([serve(installed, settings), stopping]);
  if (!server) return 0;
  const address = addressOf(server.port, folder, token);
  welcome(folder, address);
  if (open) await openBrowser(address, data);
  return untilTheEnd(server, stopping);
}

function packed(): Promise<string> {
  say('Building and packing Causeway …');
  return packCauseway();
}

async function untilTheEnd(server: ServerProcess, stopping: Promise<void>): Promise<number> {
  const died = await Promise.race([server.ended.then(() => true), stopping]);
  await server.end('SIGTERM');
  if (!died) {
    say('\nStopped.');
    return 0;
  }
  say(`\nThe VS Code server ended by itself. It said at the end:\n${lastLines(server.output())}`);
  return 1;
}

function welcome(folder: string, address: string): void {
  const key = env.ANTHROPIC_API_KEY
    ? 'ANTHROPIC_API_KEY is set, and Causeway answers with Claude.'
    : 'ANTHROPIC_API_KEY is not set: give Causeway a key in its panel to chat with Claude, or use the\n' +
      'offline mode, which answers from the files of the workspace.';
  say(`
VS Code ${current.vscode} with Causeway is running for ${folder}.
${key}
Ctrl+C stops it; sessions are kept.

Open this address in a browser. It lets in whoever has it, so keep it to yourself:

  ${address}`);
}

/** Resolves when a terminal or a supervisor asks to end, or when the process that started this one is gone. */
function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => resolve());
    if (process.connected) process.once('disconnect', () => resolve());
  });
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-20).join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
