/** `npm start`, once the packages are there: packs Causeway, and opens a VS Code that has it. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { current, installVsCode } from '../support/vscode/install.ts';
import type { ServerProcess } from '../support/vscode/serverProcess.ts';
import { keptSecret, prepareDataFolder, sampleCopy, usualDataFolder } from './dataFolder.ts';
import { openDesktop } from './desktop.ts';
import { usersEnvironment } from './environment.ts';
import { openBrowser } from './openBrowser.ts';
import { readOptions, type StartOptions } from './options.mjs';
import { packCauseway, packOpener } from './pack.ts';
import { addressOf, installExtensions, serve } from './serve.ts';

const options = readOptions(process.argv.slice(2), process.env.INIT_CWD || process.cwd());
const env = usersEnvironment(process.env);

// Ends also what is still starting: a server is killed when this process exits.
process.exit(await run());

async function run(): Promise<number> {
  try {
    return options.desktop ? await desktop() : await browser(await folder(), options);
  } catch (cause) {
    // What goes wrong here is for the user to read, not for a debugger.
    say(cause instanceof Error ? cause.message : String(cause));
    return 1;
  }
}

async function folder(): Promise<string> {
  return options.folder ?? sampleCopy();
}

async function desktop(): Promise<number> {
  const editor = await openDesktop(packed, folder, env);
  say(`Causeway is installed in ${editor}, which opens ${await folder()}. Its icon is in the activity bar.`);
  return 0;
}

async function browser(opened: string, { data = usualDataFolder, open }: StartOptions): Promise<number> {
  const stopping = askedToStop();
  const started = await Promise.race([prepareAndServe(data), stopping]);
  if (!started) return stopped();
  const { server, token } = started;
  const address = addressOf(server.port, opened, token);
  welcome(opened, address);
  if (open) await openBrowser(address, data);

  const died = await Promise.race([server.ended.then(() => true), stopping]);
  if (died) {
    say(`\nThe VS Code server ended by itself. It said at the end:\n${lastLines(server.output())}`);
    return 1;
  }
  await server.end('SIGTERM');
  return stopped();
}

async function prepareAndServe(data: string): Promise<{ server: ServerProcess; token: string }> {
  await prepareDataFolder(data);
  const settings = {
    dataFolder: data,
    tokenFile: join(data, 'connection-token'),
    secretKeyFile: join(data, 'secret-key'),
    env,
  };
  await keptSecret(settings.secretKeyFile);
  // Cookies of a host go to each of its ports: a token that outlived its server could be learned there.
  await rm(settings.tokenFile, { force: true });
  const token = await keptSecret(settings.tokenFile);
  const [installed, ...vsixes] = await Promise.all([installVsCode(current), packed(), packOpener(data)]);
  await installExtensions(installed, settings, vsixes);
  return { server: await serve(installed, settings), token };
}

function packed(): Promise<string> {
  say('Building and packing Causeway …');
  return packCauseway();
}

function stopped(): number {
  say('\nStopped.');
  return 0;
}

function welcome(opened: string, address: string): void {
  const key = env.ANTHROPIC_API_KEY
    ? 'ANTHROPIC_API_KEY is set, and Causeway answers with Claude.'
    : 'ANTHROPIC_API_KEY is not set: give Causeway a key in its panel to chat with Claude, or use the\n' +
      'offline mode, which answers from the files of the workspace.';
  say(`
VS Code ${current.vscode} with Causeway is running for ${opened}.
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
