import { spawnSync } from 'node:child_process';
import { findProgram } from './programs.ts';

const editors = ['code', 'code-insiders', 'codium', 'cursor'];

/**
 * Installs a package into the VS Code on the PATH and opens a folder in it; both are asked for once it is found.
 * Returns the program used. Throws where there is none, or where it refuses.
 */
export async function openDesktop(
  pack: () => Promise<string>,
  folder: () => Promise<string>,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const editor = findProgram(editors, env);
  if (!editor) {
    throw new Error(
      `No desktop VS Code is on the PATH (looked for ${editors.join(', ')}). In VS Code, run the command ` +
        '"Shell Command: Install \'code\' command in PATH", or leave out --desktop to use the browser.',
    );
  }
  runEditor(editor, ['--install-extension', await pack(), '--force'], env);
  runEditor(editor, [await folder()], env);
  return editor;
}

function runEditor(editor: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  // On Windows these programs are .cmd files, which only a shell starts, and it splits at spaces.
  const shell = process.platform === 'win32';
  const quoted = shell ? args.map((arg) => `"${arg}"`) : args;
  const command = shell ? `"${editor}"` : editor;
  const { status, error } = spawnSync(command, quoted, { stdio: 'inherit', env, shell });
  if (error) throw new Error(`${editor} cannot be started: ${error.message}`);
  if (status !== 0) throw new Error(`${editor} ${args.join(' ')} ended with ${status}.`);
}
