/** What lets a folder be recognised after a rename or a move, read from the file system and from git. */
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FolderFingerprint } from '../../core/register.ts';

/** Git answers in a few ms but for histories of a million commits; those go without, in ms. */
const gitTimeoutMs = 2_000;

export interface FingerprintOptions {
  /** Whether git may be run in the folder; it is not to be for folders the user does not trust. */
  git: boolean;
}

/**
 * Of a folder, or of the file that describes a window of several folders. Undefined when there is nothing at the path.
 * Never rejects: what cannot be found out is left out.
 */
export async function fingerprintOf(
  path: string,
  { git }: FingerprintOptions,
): Promise<FolderFingerprint | undefined> {
  const [found, gitRoot] = await Promise.all([statOf(path), git ? gitRootOf(path) : undefined]);
  if (!found) return undefined;
  return {
    folderName: basename(path),
    ...found,
    ...(gitRoot === undefined ? {} : { gitRoot }),
  };
}

async function statOf(path: string): Promise<Pick<FolderFingerprint, 'inode' | 'birthTimeMs'> | undefined> {
  try {
    // As a bigint, because inodes of some file systems do not fit a double.
    const { ino, birthtimeMs } = await stat(path, { bigint: true });
    if (ino === 0n || birthtimeMs <= 0n) return {};
    return { inode: ino.toString(), birthTimeMs: Number(birthtimeMs) };
  } catch {
    // Gone, or not to be read: then there is nothing to recognise it by.
    return undefined;
  }
}

/**
 * Hash of the oldest commit without parents that the checked-out branch has. Undefined without git, without a commit,
 * and for shallow clones, whose oldest commit depends on when they were made.
 */
async function gitRootOf(folder: string): Promise<string | undefined> {
  if (!(await isUnderGit(folder))) return undefined;
  const shallow = await runGit(folder, ['rev-parse', '--is-shallow-repository']);
  if (shallow?.trim() !== 'false') return undefined;
  const roots = await runGit(folder, ['rev-list', '--max-parents=0', 'HEAD']);
  const oldest = roots?.trim().split('\n').at(-1);
  return oldest !== undefined && /^[0-9a-f]{40,64}$/.test(oldest) ? oldest : undefined;
}

async function isUnderGit(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if ((await statOf(join(at, '.git'))) !== undefined) return true;
    if (at === dirname(at)) return false;
  }
}

/** The output, or undefined when git is missing, fails or takes too long. */
function runGit(folder: string, args: readonly string[]): Promise<string | undefined> {
  // Variables of a git that started us would point it at another repository.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  return new Promise((resolve) => {
    execFile(
      'git',
      ['-C', folder, ...args],
      {
        // Windows looks for programs in the current folder first, and a workspace may bring its own git.exe.
        cwd: dirname(process.execPath),
        env: { ...env, GIT_OPTIONAL_LOCKS: '0', GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0' },
        timeout: gitTimeoutMs,
        killSignal: 'SIGKILL',
        windowsHide: true,
      },
      (error, output) => resolve(error ? undefined : output),
    );
  });
}
