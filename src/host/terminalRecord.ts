/** The last command of the terminals with what it printed, in memory alone, for when the user mentions it. */
import { setTimeout as rest } from 'node:timers/promises';
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { lastPart, plainOutput } from '../core/workspace/terminalText.ts';

export interface RecordedCommand {
  command: string;
  /** Absent where the shell does not tell. */
  exitCode?: number;
  output: string;
}

/** Characters of what a command printed that are kept: its end, where errors stand. */
const mostKept = 60_000;

/** Once a command has ended, its last words are on their way for so long at most, ms. */
const lastWordsMs = 1_000;

interface Running {
  output: string;
  /** It began before. */
  isCut: boolean;
  /** Resolves when all it printed has come. */
  read: Promise<void>;
}

/** Works where the shell tells the editor of its commands. Records only while it is wanted. */
export class TerminalRecord implements vscode.Disposable {
  readonly #lifetime = new DisposableStore();
  readonly #isWanted: () => boolean;
  readonly #running = new Map<vscode.TerminalShellExecution, Running>();
  #last: RecordedCommand | undefined;

  constructor(isWanted: () => boolean) {
    this.#isWanted = isWanted;
    this.#lifetime.add(
      vscode.window.onDidStartTerminalShellExecution(({ execution }) => {
        // What was printed cannot be asked for later.
        if (this.#isWanted()) this.#running.set(execution, reading(execution));
      }),
    );
    this.#lifetime.add(
      vscode.window.onDidEndTerminalShellExecution(({ execution, exitCode }) => {
        void this.#keep(execution, exitCode);
      }),
    );
  }

  /** Of the command that ended last; undefined where there is none, or it is not wanted any more. */
  get last(): RecordedCommand | undefined {
    if (!this.#isWanted()) this.#last = undefined;
    return this.#last;
  }

  dispose(): void {
    this.#lifetime.dispose();
    this.#running.clear();
    this.#last = undefined;
  }

  async #keep(execution: vscode.TerminalShellExecution, exitCode: number | undefined): Promise<void> {
    const running = this.#running.get(execution);
    this.#running.delete(execution);
    const command = execution.commandLine.value;
    if (!running || command.trim() === '') return;
    await Promise.race([running.read, rest(lastWordsMs)]);
    if (this.#lifetime.isDisposed || !this.#isWanted()) return;
    const output = lastPart(plainOutput(running.output), mostKept, running.isCut);
    this.#last = { command, output, ...(exitCode === undefined ? {} : { exitCode }) };
  }
}

function reading(execution: vscode.TerminalShellExecution): Running {
  const running: Running = { output: '', isCut: false, read: Promise.resolve() };
  running.read = (async () => {
    try {
      for await (const data of execution.read()) {
        const all = running.output + data;
        running.isCut ||= all.length > 2 * mostKept;
        running.output = all.slice(-2 * mostKept);
      }
    } catch {
      // The terminal was closed while it printed: what came before is there.
    }
  })();
  return running;
}
