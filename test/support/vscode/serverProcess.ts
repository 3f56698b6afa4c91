/** The process of a VS Code server: started, awaited until it listens, and ended with all that belongs to it. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { InstalledVsCode } from './install.ts';
import { signal } from './processes.ts';

/** A server that listens. */
export interface ServerProcess {
  pid: number;
  port: number;
  /** Everything it printed. */
  output(): string;
  /** Resolves once it is gone with all that belongs to it, for whatever reason, and `output` is whole. */
  ended: Promise<void>;
  /** Ends it and its extension hosts; one that does not end by itself within 10 s is killed. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** The server's program, relative to the folder it is started in. */
export const serverMain = join('out', 'server-main.js');

/**
 * Starts a server and resolves when it listens. Throws with its output where it ends before that.
 * It is killed when this process ends.
 */
export async function startServer(
  installed: InstalledVsCode,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ServerProcess> {
  const child = spawn(installed.node, args, {
    cwd: installed.root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that its hosts and watchers end with it.
    detached: process.platform !== 'win32',
  });
  const { pid } = child;
  const killAll = () => {
    if (pid !== undefined) signal(groupOf(pid), 'SIGKILL');
  };
  // A run that is broken off leaves no server behind.
  process.once('exit', killAll);
  child.once('exit', () => {
    process.off('exit', killAll);
    // What outlives the server would hold its output open.
    killAll();
  });
  let output = '';
  const listening = new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const bound = /Extension host agent listening on (\d+)/.exec(output)?.[1];
        if (bound) resolve(Number(bound));
      });
    }
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The VS Code server ended with ${code}:\n${output}`)));
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const port = await listening;
  if (pid === undefined) throw new Error('The VS Code server has no process id.');
  const end = async (name: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    signal(pid, name);
    const impatient = setTimeout(killAll, 10_000);
    await gone;
    clearTimeout(impatient);
  };
  return { pid, port, output: () => output, ended, end };
}

/** What to signal so that a server's hosts and watchers are reached too, where the system has groups. */
function groupOf(pid: number): number {
  return process.platform === 'win32' ? pid : -pid;
}
