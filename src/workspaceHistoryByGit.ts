/** The history of the workspace, read by the git that is installed. */
import { basename, dirname } from 'node:path';
import { historyUnavailable } from './core/errors.ts';
import type { BlamedLine, Commit, WorkspaceHistory, WorkspacePlace } from './core/tools/workspace/sources.ts';
import { git } from './workers/git.ts';

/** A model waits for it in the middle of a turn, and whoever asked waits with it. */
const longestMs = 10_000;
/** Bytes: a hundred subjects or lines have a few thousand, and some write whole letters into a subject. */
const mostOutput = 4 * 1024 * 1024;

/** Between fields and at the end of a commit; neither can stand in a subject. */
const [field, record] = ['\u001f', '\u001e'];

export function workspaceHistory(roots: () => readonly string[]): WorkspaceHistory {
  return {
    async log(place, { words, most, signal }) {
      const args = [
        'log',
        `--max-count=${most}`,
        `--format=%h${field}%aI${field}%an${field}%s${record}`,
        '--no-color',
        '--no-ext-diff',
        '--no-textconv',
        ...(words === undefined ? [] : ['--fixed-strings', '--regexp-ignore-case', `--grep=${words}`]),
        '--',
      ];
      const wheres = place ? [at(place)] : roots().map((folder) => ({ folder, name: '.' }));
      const told = await Promise.allSettled(
        wheres.map(({ folder, name }) => read(folder, [...args, name], signal)),
      );
      const texts = told.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      if (texts.length === 0) throw firstReason(told);
      const commits = texts.flatMap(commitsOf).sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
      return [...new Map(commits.map((one) => [one.id, one])).values()].slice(0, most);
    },
    async blame(place, { startLine, endLine, signal }) {
      const { folder, name } = at(place);
      // Of the commit and not of the file on the disk, which git would first pass through filters the repository names.
      const args = ['blame', '--line-porcelain', '--no-textconv', `-L${startLine},${endLine}`, 'HEAD', '--'];
      return linesOf(await read(folder, [...args, name], signal), startLine);
    },
    committed(place, signal) {
      const { folder, name } = at(place);
      // As it is stored: no filter is run that the repository names.
      return read(folder, ['cat-file', 'blob', `HEAD:./${name}`], signal);
    },
  };
}

/** Named by its folder and its name, so that no link is followed a second time. */
const at = ({ real, isFolder }: WorkspacePlace): { folder: string; name: string } =>
  isFolder ? { folder: real, name: '.' } : { folder: dirname(real), name: basename(real) };

async function read(folder: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  try {
    return await git(folder, args, { most: mostOutput, ms: longestMs, signal });
  } catch {
    signal.throwIfAborted();
    throw historyUnavailable(
      'git is not there, the folder has no commits, the lines are not in its newest commit, or git took too long',
    );
  }
}

const firstReason = (told: readonly PromiseSettledResult<string>[]): unknown =>
  told.find((one) => one.status === 'rejected')?.reason ?? historyUnavailable('no folder is open');

function commitsOf(text: string): Commit[] {
  return text.split(record).flatMap((one) => {
    const [id, when, author, subject] = one.trim().split(field);
    return id && when && author !== undefined && subject !== undefined
      ? [{ id, at: when, author, subject }]
      : [];
  });
}

/** Each line comes with its commit before it, and after a tab. */
function linesOf(text: string, startLine: number): BlamedLine[] {
  const lines: BlamedLine[] = [];
  let id = '';
  let told = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line.startsWith('\t')) {
      const seconds = Number(told.get('author-time') ?? 0);
      lines.push({
        id,
        at: new Date(seconds * 1000).toISOString(),
        author: told.get('author') ?? '',
        subject: told.get('summary') ?? '',
        line: startLine + lines.length,
        text: line.slice(1),
      });
      told = new Map();
      id = '';
    } else if (id === '') id = line.slice(0, 9);
    else {
      const space = line.indexOf(' ');
      if (space > 0) told.set(line.slice(0, space), line.slice(space + 1));
    }
  }
  return lines;
}
