/** Tools that ask the editor's language servers: symbols, references, problems. */
import { z } from 'zod';
import { CausewayError, invalidInput, symbolNotThere } from '../../errors.ts';
import { type Tool, toolOf } from '../tool.ts';
import { shortLine } from './lines.ts';
import { counted, pathWords, workspacePath } from './reading.ts';
import type { LanguageFeatures, LinePlace, WorkspaceFiles } from './sources.ts';

interface Sources {
  files: WorkspaceFiles;
  language: LanguageFeatures;
}

/** Of one kind of result; what a name is used for is seen by then. */
const mostPlaces = 60;

export function findSymbols({ files, language }: Sources): Tool {
  return toolOf({
    name: 'find_symbols',
    description:
      'Gives the symbols of one file, or those of the workspace whose names fit: functions, classes, types and the like, with their lines.',
    input: z.strictObject({
      name: z.string().trim().min(1).max(200).optional().describe('A name or the beginning of one.'),
      path: workspacePath.optional().describe(`The file whose symbols are wanted. ${pathWords}`),
    }),
    async run({ name, path }) {
      if (name === undefined && path === undefined) throw invalidInput('name', 'nothing', 'a name or a path');
      const found =
        path === undefined
          ? await language.symbolsNamed(name ?? '')
          : (await language.symbolsIn((await files.place(path)).uri)).filter((one) =>
              one.name.toLowerCase().includes((name ?? '').toLowerCase()),
            );
      const pathOf = await shownPaths(files, found);
      const lines = found.flatMap(({ name: symbol, kind, container, uri, startLine, endLine }) => {
        const at = pathOf.get(uri);
        const within = container ? ` in ${container}` : '';
        return at === undefined ? [] : [`${at}:${startLine}-${endLine} ${kind} ${symbol}${within}`];
      });
      return listed(lines, 'symbol');
    },
  });
}

export function findReferences({ files, language }: Sources): Tool {
  return toolOf({
    name: 'find_references',
    description:
      'Gives where a symbol is defined and where it is used, by the language server. Name a line in which it stands.',
    input: z.strictObject({
      path: workspacePath.describe(pathWords),
      line: z.number().int().min(1),
      symbol: z.string().trim().min(1).max(200),
    }),
    async run({ path: asked, line, symbol }, { masked }) {
      const { uri, path } = await files.place(asked);
      const found = await language.references(uri, line, symbol);
      if (!found) throw symbolNotThere(symbol, path, line);
      const text = linesOf(files, masked);
      const definitions = await text(found.definitions.slice(0, mostPlaces));
      const uses = await text(found.uses.slice(0, mostPlaces));
      return [
        listed(
          definitions.map((one) => one),
          'definition',
        ),
        listed(uses, 'use', found.uses.length > mostPlaces),
      ].join('\n\n');
    },
  });
}

export function problems({ files, language }: Sources): Tool {
  return toolOf({
    name: 'problems',
    description: 'Gives the problems the editor shows: errors and warnings of one file, or of all.',
    input: z.strictObject({
      path: workspacePath.optional().describe(`All files when left out. ${pathWords}`),
    }),
    async run({ path }) {
      const found = await language.problems(path === undefined ? undefined : (await files.place(path)).uri);
      const pathOf = await shownPaths(files, found);
      const lines = found.flatMap(({ uri, line, severity, message }) => {
        const at = pathOf.get(uri);
        return at === undefined ? [] : [`${at}:${line} ${severity}: ${message}`];
      });
      return listed(lines, 'problem');
    },
  });
}

/** Each file is looked up once, since thousands of results may stand in a few. */
async function shownPaths(
  files: WorkspaceFiles,
  found: readonly { uri: string }[],
): Promise<Map<string, string | undefined>> {
  const uris = [...new Set(found.map(({ uri }) => uri))];
  const shown = await files.shown(uris);
  return new Map(uris.map((uri, index) => [uri, shown[index]]));
}

/** Each place with the text of its line. What stays out, or lies elsewhere, is left out. */
function linesOf(files: WorkspaceFiles, masked: (text: string) => Promise<string>) {
  const known = new Map<string, Promise<{ path: string; lines: string[] } | undefined>>();
  const read = async (path: string) => {
    try {
      const { text } = await files.read(path);
      return { path, lines: (await masked(text)).split('\n') };
    } catch (error) {
      if (error instanceof CausewayError && error.code.startsWith('file_')) return undefined;
      throw error;
    }
  };
  return async (places: readonly LinePlace[]): Promise<string[]> => {
    const pathOf = await shownPaths(files, places);
    const all = await Promise.all(
      places.map(async ({ uri, line }) => {
        const path = pathOf.get(uri);
        if (path === undefined) return [];
        const reading = known.get(path) ?? read(path);
        known.set(path, reading);
        const file = await reading;
        return file ? [`${file.path}:${line}\t${shortLine(file.lines[line - 1] ?? '').trim()}`] : [];
      }),
    );
    return all.flat();
  };
}

function listed(lines: readonly string[], what: string, more = false): string {
  const isCut = more || lines.length > mostPlaces;
  return [
    counted(Math.min(lines.length, mostPlaces), what),
    ...lines.slice(0, mostPlaces),
    ...(isCut ? ['(There are more.)'] : []),
  ].join('\n');
}
