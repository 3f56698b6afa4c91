/** What git tells of the commits that touched a folder. Git may be missing, and a folder in no repository. */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';
import { logArguments } from '../core/grounding/commitHistory.ts';

const run = promisify(execFile);

/** Bytes; twenty thousand commits have some ten million. */
const mostOutput = 64 * 1024 * 1024;
/** A repository that takes longer has a history that is not worth the heat. */
const longestMs = 60_000;

/** No prompt, no lock, and nothing fetched: reading what is on this disk is all that is wanted. */
const environment = {
  ...process.env,
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
};

/** Started elsewhere, so that a program called git inside the folder is never taken for it. */
async function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run('git', ['--no-pager', '-c', 'core.fsmonitor=false', '-C', folder, ...args], {
      cwd: homedir(),
      env: environment,
      maxBuffer: mostOutput,
      timeout: longestMs,
      windowsHide: true,
    });
    return stdout;
  } catch {
    // No git, no repository, no commit yet, too much: the files are found by what they say.
    return undefined;
  }
}

/** The commit that is checked out. */
export const headOf = async (folder: string): Promise<string | undefined> =>
  (await git(folder, ['rev-parse', '--verify', '--quiet', 'HEAD']))?.trim();

/** The commits below a folder as `CommitHistory` reads them, with paths relative to it. */
export const logOf = (folder: string, commit: string): Promise<string | undefined> =>
  git(folder, [...logArguments(commit), '--relative']);
