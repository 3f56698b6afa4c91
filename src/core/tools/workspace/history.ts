/** Tools that read the history of the workspace by git. */
import { z } from 'zod';
import { historyUnavailable } from '../../errors.ts';
import { type Tool, type ToolContext, toolOf } from '../tool.ts';
import { shortLine } from './lines.ts';
import { counted, pathWords, workspacePath } from './reading.ts';
import type { Commit, WorkspaceSources } from './sources.ts';

type Sources = Pick<WorkspaceSources, 'files' | 'history' | 'isTrusted'>;

/** Commits that are told when nothing is said. */
const usualCommits = 20;
/** Lines told at once; each carries its commit, so that they are longer than lines that are read. */
const mostLines = 120;

/** Git runs what the settings of a repository name, so that it is asked about trusted ones only. */
function needTrust({ isTrusted }: Sources): void {
  if (!isTrusted()) throw historyUnavailable('the workspace is not trusted, so that no program is run in it');
}

export function gitLog(sources: Sources): Tool {
  return toolOf({
    name: 'git_log',
    description:
      'Gives commits, the newest first: of the workspace or of one file or folder, all or those whose message has some words.',
    input: z.strictObject({
      path: workspacePath.optional().describe(`All files when left out. ${pathWords}`),
      words: z.string().trim().min(1).max(200).optional().describe('Words that stand in the message.'),
      limit: z.number().int().min(1).max(100).optional().describe(`${usualCommits} when left out.`),
    }),
    async run({ path, words, limit = usualCommits }, { signal, masked }) {
      needTrust(sources);
      const place = path === undefined ? undefined : await sources.files.place(path);
      const commits = await sources.history.log(place, {
        ...(words === undefined ? {} : { words }),
        most: limit,
        signal,
      });
      return [counted(commits.length, 'commit'), ...(await commitLines(commits, masked))].join('\n');
    },
  });
}

export function gitBlame(sources: Sources): Tool {
  return toolOf({
    name: 'git_blame',
    description: `Gives for each line of a file the commit that last changed it, as the newest commit has the file. At most ${mostLines} lines at once.`,
    input: z.strictObject({
      path: workspacePath.describe(pathWords),
      start_line: z.number().int().min(1),
      end_line: z.number().int().min(1).describe('Included.'),
    }),
    async run({ path, start_line: startLine, end_line: wanted }, { signal, masked }) {
      needTrust(sources);
      // What is in a file now decides whether it may be shown.
      const file = await sources.files.read(path);
      const place = await sources.files.place(path);
      const endLine = Math.min(Math.max(startLine, wanted), startLine + mostLines - 1);
      const lines = await sources.history.blame(place, { startLine, endLine, signal });
      const whole = await sources.history.committed(place, signal);
      const before = whole.split('\n');
      const texts = (await masked(whole)).split('\n');
      // Where masking moved lines, or there was a commit meanwhile, no line is surely the one that is meant.
      const isWhole =
        texts.length === before.length && lines.every(({ line, text }) => before[line - 1] === text);
      const commits = [...new Map(lines.map((one) => [one.id, one])).values()];
      return [
        `${counted(lines.length, 'line')}: ${file.path}`,
        ...lines.map(({ id, line }) => `${line}\t${id}\t${isWhole ? shortLine(texts[line - 1] ?? '') : ''}`),
        counted(commits.length, 'commit'),
        ...(await commitLines(commits, masked)),
      ].join('\n');
    },
  });
}

/** Masked before they are cut, in one go. */
async function commitLines(commits: readonly Commit[], masked: ToolContext['masked']): Promise<string[]> {
  const lines = commits.map(
    ({ id, at, author, subject }) => `${id} ${at.slice(0, 10)} ${author}: ${subject}`,
  );
  return lines.length === 0 ? [] : (await masked(lines.join('\n'))).split('\n').map(shortLine);
}
