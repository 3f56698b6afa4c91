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

/** A token's limits, far above what is sent: each is counted for every call, and none is reached. */
const limits = ['--requests', '1000000', '--tokens', '900000000', '--usd', '900000'];

/** A bridge that is ready to be started: as a program of Node with its arguments. */
export interface Prepared {
  args: string[];
  env: Record<string, string>;
  port: number;
  token: string;
  /** The folder under which it writes all it writes, and the one that it serves. */
  home: string;
  folder: string;
}

/** Builds it, with all it writes below `scratch`, and lets a client in that has the scopes and limits. */
export async function prepareCauseway(
  scratch: string,
  upstream: { url: string; key: string },
  scopes: readonly string[] = ['models'],
): Promise<Prepared> {
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
  const scoped = scopes.flatMap((scope) => ['--scope', scope]);
  const add = [program, 'clients', 'add', 'bench', ...scoped, ...limits, '--folder', folder];
  const token = run(add, { ...process.env, ...env }).trim();
  const port = await freePorts();
  return { args: [program, 'serve', folder, '--port', String(port)], env, port, token, home, folder };
}

/** Starts it on a core of its own. */
export async function startCauseway(
  scratch: string,
  upstream: { url: string; key: string },
): Promise<{ server: Running; token: string }> {
  const { args, env, port, token } = await prepareCauseway(scratch, upstream);
  return { server: await startProgram(0, port, args, env), token };
}
