/** From the arguments of a process to its exit code. */
import { usageInvalid } from '../core/errors.ts';
import { type CommandName, commands, isCommand } from './commands.ts';
import { exitCodeOf, exitCodes, wordsOf } from './exitCodes.ts';
import { overview, version } from './overview.ts';
import { Terminal } from './terminal.ts';

export interface Surroundings {
  /** After the name of the program. */
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Folder of the bundled workers. */
  workersFolder: string;
}

/** What a command gets; `argv` begins after its name. */
export interface Invocation extends Surroundings {
  terminal: Terminal;
}

/** Never rejects; what goes wrong is told on standard error. */
export async function main(surroundings: Surroundings): Promise<number> {
  const terminal = new Terminal(process);
  try {
    const code = await dispatch({ ...surroundings, terminal });
    if (!terminal.gone.aborted) return code;
  } catch (error) {
    if (!terminal.gone.aborted) {
      terminal.note(wordsOf(error));
      return exitCodeOf(error);
    }
  }
  if (terminal.failure === undefined) return exitCodes.readerGone;
  terminal.note(wordsOf(terminal.failure));
  return exitCodeOf(terminal.failure);
}

async function dispatch(invocation: Invocation): Promise<number> {
  const { argv, terminal } = invocation;
  const [first, ...rest] = argv;
  if (first === undefined) {
    terminal.error(overview());
    return exitCodes.usage;
  }
  if (first === '--version' || first === '-V') {
    await terminal.write(`${await version()}\n`);
    return exitCodes.done;
  }
  if (first === '--help' || first === '-h' || first === 'help') return help(terminal, rest[0]);
  const name = commandNamed(first);
  if (asksForHelp(rest)) return help(terminal, name);
  const run = await commands[name].load();
  return run({ ...invocation, argv: rest });
}

async function help(terminal: Terminal, name: string | undefined): Promise<number> {
  await terminal.write(name === undefined ? overview() : `${commands[commandNamed(name)].help}\n`);
  return exitCodes.done;
}

function commandNamed(name: string): CommandName {
  if (isCommand(name)) return name;
  const what = name.startsWith('-') ? 'option' : 'command';
  throw usageInvalid(`There is no ${what} ${JSON.stringify(name)}.`, 'causeway --help');
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  return options.includes('--help') || options.includes('-h');
}
