/** The built command line in processes of its own, on a copy of the sample workspace and a state folder of its own. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const program = join(root, 'out', 'cli', 'cli.js');

/** The key every process is given; it must not be in what any of them prints. */
export const key = 'sk-ant-api03-canary-0123456789';

let building: Promise<unknown> | undefined;

/** Builds the command line once for all suites of this process; those beside each other have it from `built.ts`. */
function built(): Promise<unknown> {
  if (process.env.CLI_IS_BUILT !== undefined) return Promise.resolve();
  building ??= promisify(execFile)(process.execPath, [join(root, 'esbuild.mjs'), '--cli']);
  return building;
}

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  input?: string | Uint8Array;
  cwd?: string;
  env?: Record<string, string>;
}

export interface Running {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when the output so far holds the text; rejects when the process ends before. */
  shows(text: string, stream?: 'stdout' | 'stderr'): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Reads its standard output no further, as `head` does when it has enough. */
  closeOutput(): void;
  readonly finished: Promise<Finished>;
}

export interface Cli {
  folder: string;
  stateDir: string;
  start(args: readonly string[], options?: RunOptions): Running;
  run(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Runs a command that must succeed; resolves to what it printed. */
  output(args: readonly string[], options?: RunOptions): Promise<string>;
  /** How whoever starts the program by themselves does it; they end it too. */
  programOf(
    args: readonly string[],
    env?: Record<string, string>,
  ): { command: string; args: string[]; cwd: string; env: Record<string, string> };
  /** Ends what still runs and removes the folders. */
  close(): Promise<void>;
}

export async function openCli(common: Record<string, string> = {}): Promise<Cli> {
  await built();
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'causeway-cli-')));
  const folder = join(home, 'projects', 'sample-workspace');
  const stateDir = join(home, 'state');
  mkdirSync(join(home, 'projects'));
  await cp(join(root, 'examples', 'sample-workspace'), folder, { recursive: true });
  const running = new Set<ChildProcess>();

  const programOf: Cli['programOf'] = (args, env = {}) => ({
    command: process.execPath,
    args: [program, ...args],
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: home, CAUSEWAY_STATE_DIR: stateDir, ...common, ...env },
  });
  const start: Cli['start'] = (args, { input, cwd = folder, env } = {}) => {
    const { command, args: all, env: whole } = programOf(args, env);
    const child = spawn(command, all, { cwd, env: whole });
    running.add(child);
    child.once('close', () => running.delete(child));
    // A program that does not read its input may be gone before all of it is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    return watched(child);
  };
  const run: Cli['run'] = (args, options) => start(args, options).finished;
  return {
    folder,
    stateDir,
    start,
    run,
    programOf,
    async output(args, options) {
      const { code, stdout, stderr } = await run(args, options);
      assert.equal(code, 0, `causeway ${args.join(' ')}: ${stderr}`);
      return stdout;
    },
    async close() {
      const ended = [...running].map((child) => once(child, 'close'));
      for (const child of running) child.kill('SIGKILL');
      await Promise.all(ended);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function watched(child: ReturnType<typeof spawn>): Running {
  const { pid, stdout, stderr } = child;
  if (pid === undefined || !stdout || !stderr) throw new Error('The process did not start.');
  const text = { stdout: '', stderr: '' };
  const looks = new Set<() => void>();
  for (const [name, stream] of Object.entries({ stdout, stderr })) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text[name as keyof typeof text] += chunk;
      for (const look of looks) look();
    });
  }
  const finished = once(child, 'close').then(([code, signal]): Finished => {
    assert.ok(!`${text.stdout}${text.stderr}`.includes(key), 'the key was printed');
    return { code, signal, ...text };
  });
  return {
    pid,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    shows: (wanted, stream = 'stdout') =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!text[stream].includes(wanted)) return;
          looks.delete(look);
          resolve();
        };
        looks.add(look);
        look();
        finished.then(
          ({ code }) =>
            reject(new Error(`It ended with code ${code} without showing ${wanted}: ${text.stderr}`)),
          reject,
        );
      }),
    kill: (signal) => void child.kill(signal),
    closeOutput: () => void stdout.destroy(),
    finished,
  };
}

/** The lines of JSON a command printed. */
export const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** The id in the note that names the session of a question. */
export function sessionIn(stderr: string): string {
  const id = /session ([0-9a-f-]{36})/.exec(stderr)?.[1];
  assert.ok(id, `no session is named: ${stderr}`);
  return id;
}

/** Files below a folder that hold the text. */
export const filesWith = (folder: string, text: string): string[] =>
  globSync('**/*', { cwd: folder })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile() && readFileSync(file).includes(text));
