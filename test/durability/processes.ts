/** Processes that use the store, built into one file so that they start fast. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Builds the module beside this one, or beside another, into the folder; resolves to the program's path. */
export async function program(name: string, folder: string, base: string = import.meta.url): Promise<string> {
  const outfile = join(folder, `${basename(name)}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(`./${name}.ts`, base))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    logLevel: 'error',
  });
  return outfile;
}

export class Started {
  readonly lines: string[] = [];
  /** Resolves to the signal that ended it. Its lines are complete then. */
  readonly ended: Promise<NodeJS.Signals | null>;
  readonly #child: ChildProcess;
  readonly #waiting: { fits: (line: string) => boolean; resolve: (line: string) => void }[] = [];
  #errors = '';

  constructor(command: string, args: readonly string[]) {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    createInterface(child.stdout).on('line', (line) => {
      this.lines.push(line);
      for (const each of this.#waiting.splice(0)) {
        if (each.fits(line)) each.resolve(line);
        else this.#waiting.push(each);
      }
    });
    this.ended = once(child, 'close').then(([, signal]) => signal);
  }

  /** The first line that fits. Throws with what it wrote to its errors when it ends before. */
  async line(fits: (line: string) => boolean): Promise<string> {
    const said = this.lines.find(fits);
    if (said !== undefined) return said;
    const seen = new Promise<string>((resolve) => this.#waiting.push({ fits, resolve }));
    const end = this.ended.then(() => {
      throw new Error(`The process ended: ${this.#errors}`);
    });
    return Promise.race([seen, end]);
  }

  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' = 'SIGKILL'): void {
    this.#child.kill(signal);
  }
}
