/** The last command of the terminals with what it printed, in memory alone, for when the user mentions it. */
import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable.ts';
import { plainOutput } from '../core/workspace/terminalText.ts';

export interface RecordedCommand {
  command: string;
  /** Absent where the shell does not tell. */
  exitCode?: number;
  output: string;
}

/** Characters of what a command printed that are kept: its end, where errors stand. */
const mostKept = 60_000;

/** Works where the shell tells the editor of its commands. Records only while it is wanted. */
export class TerminalRecord implements vscode.Disposable {
  readonly #lifetime = new DisposableStore();
  readonly #isWanted: () => boolean;
  /** Of commands that run, what they have printed so far. */
  readonly #running = new Map<vscode.TerminalShellExecution, Promise<string>>();
  #last: RecordedCommand | undefined;

  constructor(isWanted: () => boolean) {
    this.#isWanted = isWanted;
    this.#lifetime.add(
      vscode.window.onDidStartTerminalShellExecution(({ execution }) => {
        // What was printed cannot be asked for later.
        if (this.#isWanted()) this.#running.set(execution, read(execution));
      }),
    );
    this.#lifetime.add(
      vscode.window.onDidEndTerminalShellExecution(({ execution, exitCode }) => {
        const reading = this.#running.get(execution);
        this.#running.delete(execution);
        void reading?.then((output) => {
          const command = execution.commandLine.value;
          if (this.#isWanted() && command.trim() !== '')
            this.#last = { command, output, ...(exitCode === undefined ? {} : { exitCode }) };
        });
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
}

async function read(execution: vscode.TerminalShellExecution): Promise<string> {
  let output = '';
  try {
    for await (const data of execution.read()) output = (output + data).slice(-2 * mostKept);
  } catch {
    // The terminal was closed while it printed: what came before is there.
  }
  return plainOutput(output).slice(-mostKept);
}
