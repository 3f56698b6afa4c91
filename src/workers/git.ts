/** Runs git to read a repository: no prompt, no lock, nothing fetched, and nothing run that the repository names. */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface GitLimits {
  /** Bytes of output. */
  most: number;
  ms: number;
  signal?: AbortSignal;
}

/** What points git elsewhere, such as `GIT_DIR` of a hook that started the editor, is not passed on. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^GIT_/i.test(name))),
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
});

/**
 * What it printed. Started elsewhere, so that a program called git inside the folder is never taken for it. Rejects where
 * there is no git or no repository, where git fails, and where a limit is passed.
 */
export async function git(folder: string, args: readonly string[], limits: GitLimits): Promise<string> {
  const { stdout } = await run(
    'git',
    [
      '--no-pager',
      '--literal-pathspecs',
      // Programs that the settings of a repository can have run for what is only read.
      ...['-c', 'core.fsmonitor=false', '-c', 'log.showSignature=false'],
      '-C',
      folder,
      ...args,
    ],
    {
      cwd: homedir(),
      env: environment(),
      maxBuffer: limits.most,
      timeout: limits.ms,
      windowsHide: true,
      ...(limits.signal === undefined ? {} : { signal: limits.signal }),
    },
  );
  return stdout;
}
