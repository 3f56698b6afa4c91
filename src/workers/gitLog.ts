/** What git tells of the commits that touched a folder. Git may be missing, and a folder in no repository. */
import { logArguments } from '../core/grounding/commitHistory.ts';
import { git } from './git.ts';

/** Bytes; twenty thousand commits have some ten million. */
const mostOutput = 64 * 1024 * 1024;
/** A repository that takes longer has a history that is not worth the heat. */
const longestMs = 60_000;

/** No git, no repository, no commit yet, too much: then the files are found by what they say. */
const told = (folder: string, args: readonly string[]): Promise<string | undefined> =>
  git(folder, args, { most: mostOutput, ms: longestMs }).catch(() => undefined);

/** The commit that is checked out. */
export const headOf = async (folder: string): Promise<string | undefined> =>
  (await told(folder, ['rev-parse', '--verify', '--quiet', 'HEAD']))?.trim();

/** The commits below a folder as `CommitHistory` reads them, with paths relative to it. */
export const logOf = (folder: string, commit: string): Promise<string | undefined> =>
  told(folder, [...logArguments(commit), '--relative']);
