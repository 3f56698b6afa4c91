/** Causeway as a user runs it without an editor: the built `causeway serve`, and a token of a client. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../../conformance/bridge/support.ts';
import { repositoryRoot } from '../../../support/vscode/paths.ts';
import { type Running, startProgram } from './servers.ts';

const program = join(repositoryRoot, 'out', 'cli', 'cli.js');

function run(args: readonly string[], env: NodeJS.ProcessEnv): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

/** Builds and starts it with all it writes below `scratch`, and lets a client in that may call models. */
export async function startCauseway(
  scratch: string,
  upstream: { url: string; key: string },
): Promise<{ server: Running; token: string }> {
  run([join(repositoryRoot, 'esbuild.mjs'), '--cli'], process.env);
  const home = realpathSync(scratch);
  const folder = join(home, 'workspace');
  mkdirSync(folder);
  const env = {
    HOME: home,
    CAUSEWAY_STATE_DIR: join(home, 'state'),
    ANTHROPIC_API_KEY: upstream.key,
    ANTHROPIC_BASE_URL: upstream.url,
  };
  const add = [program, 'clients', 'add', 'bench', '--scope', 'models', '--folder', folder];
  const token = run(add, { ...process.env, ...env }).trim();
  const port = await freePorts();
  const server = await startProgram(0, port, [program, 'serve', folder, '--port', String(port)], env);
  return { server, token };
}
