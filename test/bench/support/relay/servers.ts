/** Processes that are measured, each on its core where the system lets one choose. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadResult, LoadTask } from './load.ts';

/** The measured server alone on the first core; whoever asks and answers on the second. */
export type Core = 0 | 1;

const canPin =
  process.platform === 'linux' &&
  cpus().length > 1 &&
  spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0;

export const pinned: string = canPin ? 'the server on a core of its own' : 'not pinned to cores';

const command = (core: Core, args: readonly string[]): [string, string[]] =>
  canPin ? ['taskset', ['-c', String(core), process.execPath, ...args]] : [process.execPath, [...args]];

export interface Running {
  port: number;
  /** Processor time used by all its threads, in microseconds; undefined where the system does not tell. */
  cpuUs(): number | undefined;
  /** Memory it has now, in MB; undefined where the system does not tell. */
  rssMb(): number | undefined;
  close(): Promise<void>;
}

function running(child: ChildProcess, port: number): Running {
  const exited = once(child, 'exit');
  const proc = `/proc/${child.pid}`;
  return {
    port,
    cpuUs() {
      if (process.platform !== 'linux') return undefined;
      const nanoseconds = readdirSync(`${proc}/task`).map((thread) =>
        Number(readFileSync(`${proc}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
      );
      return nanoseconds.reduce((sum, one) => sum + one, 0) / 1000;
    },
    rssMb() {
      if (process.platform !== 'linux') return undefined;
      const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1];
      return Number(kilobytes) / 1024;
    },
    async close() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A script of ours, which prints its port as JSON when it is ready. */
export async function startScript(core: Core, script: URL, ...args: string[]): Promise<Running> {
  const [program, programArgs] = command(core, [fileURLToPath(script), ...args]);
  const child = spawn(program, programArgs, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() =>
      Promise.reject(new Error(`${script.pathname} ended before it was ready.`)),
    ),
  ]);
  return running(child, (JSON.parse(line) as { port: number }).port);
}

/** A program that is told its port, and is ready when it takes connections. */
export async function startProgram(
  core: Core,
  port: number,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Running> {
  const [program, programArgs] = command(core, args);
  const child = spawn(program, programArgs, { stdio: 'ignore', env: { ...process.env, ...env } });
  const one = running(child, port);
  const deadline = performance.now() + 20_000;
  while (!(await answers(port))) {
    if (performance.now() > deadline) {
      await one.close();
      throw new Error(`Nothing listens on port ${port}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return one;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

const run = promisify(execFile);

/** Runs one load against a server, from a process of its own. */
export async function load(task: LoadTask): Promise<LoadResult> {
  const script = fileURLToPath(new URL('./load.ts', import.meta.url));
  const [program, args] = command(1, [script, JSON.stringify(task)]);
  const { stdout, stderr } = await run(program, args, { maxBuffer: 1024 * 1024 });
  const result = JSON.parse(stdout) as LoadResult;
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.count} requests failed: ${stderr}`);
  return result;
}
