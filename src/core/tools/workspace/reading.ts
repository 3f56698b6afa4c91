/** Tools that read the workspace: searching, reading lines, listing. */
import { z } from 'zod';
import { type Tool, toolOf } from '../tool.ts';
import { numberedLines } from './lines.ts';
import type { WorkspaceSources } from './sources.ts';

/** Told with every path a tool takes. */
export const pathWords = 'Relative to the workspace, with forward slashes.';
export const workspacePath = z.string().max(4096);

/** Lines given at once: about what a bounded result holds of usual code. */
const mostLines = 300;
/** As many as a turn is given unasked. */
const mostPassages = 12;
/** A screen of paths says how a folder is laid out; whoever wants more asks for a part of it. */
const mostPaths = 200;

export function searchWorkspace({ search }: Pick<WorkspaceSources, 'search'>): Tool {
  return toolOf({
    name: 'search_workspace',
    description:
      'Finds passages in the files of the workspace that fit a question or some words, the best first, with their paths and lines. Use it to find where something is done before you read files.',
    input: z.strictObject({
      query: z.string().trim().min(1).max(1000).describe('A question, or words that the code likely uses.'),
      limit: z.number().int().min(1).max(mostPassages).optional().describe('5 when left out.'),
    }),
    async run({ query, limit = 5 }, { signal, masked }) {
      const found = await search.search(query, { limit, signal });
      const shown = await Promise.all(
        found.slice(0, limit).map(async ({ path, startLine, endLine, text }) => {
          const padded = '\n'.repeat(startLine - 1) + text;
          return `${path}:${startLine}-${endLine}\n${await numberedLines(padded, { startLine, endLine }, masked)}`;
        }),
      );
      return [counted(shown.length, 'passage'), ...shown].join('\n\n');
    },
  });
}

export function readFile({ files }: Pick<WorkspaceSources, 'files'>): Tool {
  return toolOf({
    name: 'read_file',
    description: `Reads lines of a text file of the workspace as it is now, unsaved changes included. At most ${mostLines} lines at once.`,
    input: z.strictObject({
      path: workspacePath.describe(pathWords),
      start_line: z.number().int().min(1).optional().describe('From 1; the first when left out.'),
      end_line: z.number().int().min(1).optional().describe('Included.'),
    }),
    async run({ path: asked, start_line: first = 1, end_line: wanted }, { masked }) {
      const { path, text } = await files.read(asked);
      const count = text.replace(/\n$/, '').split('\n').length;
      if (first > count)
        return `${path} has ${counted(count, 'line')}; nothing stands from line ${first} on.`;
      const last = Math.min(Math.max(first, wanted ?? count), count, first + mostLines - 1);
      const lines = await numberedLines(text, { startLine: first, endLine: last }, masked);
      const more = last < Math.min(wanted ?? count, count) ? '\n(More lines follow.)' : '';
      return `${counted(last - first + 1, 'line')}: ${path}:${first}-${last} of ${count}\n${lines}${more}`;
    },
  });
}

export function listFiles({ files }: Pick<WorkspaceSources, 'files'>): Tool {
  return toolOf({
    name: 'list_files',
    description:
      'Lists files and folders of the workspace, without what is ignored. Folders end with a slash.',
    input: z.strictObject({
      path: workspacePath.optional().describe(`A folder; the whole workspace when left out. ${pathWords}`),
      depth: z.number().int().min(1).max(5).optional().describe('How many levels down; 2 when left out.'),
    }),
    async run({ path = '', depth = 2 }, { signal }) {
      const { paths, more } = await files.list(path, { depth, most: mostPaths, signal });
      return [
        counted(paths.length, 'path'),
        ...paths,
        ...(more ? ['(There are more. Ask for a folder of these.)'] : []),
      ].join('\n');
    },
  });
}

/** Such as `3 lines`: with it begins what a tool gives, and the panel says so beside its name. */
export const counted = (count: number, what: string): string =>
  `${count === 0 ? 'No' : count} ${what}${count === 1 ? '' : 's'}`;
