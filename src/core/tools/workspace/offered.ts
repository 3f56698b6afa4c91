/** The tools by which a model looks around the workspace. None of them changes anything, so that nobody is asked. */
import type { ToolName } from '../names.ts';
import type { Tool } from '../tool.ts';
import { gitBlame, gitLog } from './history.ts';
import { findReferences, findSymbols, problems } from './language.ts';
import { listFiles, readFile, searchWorkspace } from './reading.ts';
import type { WorkspaceSources } from './sources.ts';

/** Those that are wanted, as far as there is something to ask: in an order that stays, since the prompt cache holds them. */
export function workspaceTools(sources: WorkspaceSources, wanted: ReadonlySet<ToolName>): Tool[] {
  const { files, language } = sources;
  const all: [ToolName, () => Tool][] = [
    ['search_workspace', () => searchWorkspace(sources)],
    ['read_file', () => readFile(sources)],
    ['list_files', () => listFiles(sources)],
    ...(language
      ? ([
          ['find_symbols', () => findSymbols({ files, language })],
          ['find_references', () => findReferences({ files, language })],
          ['problems', () => problems({ files, language })],
        ] satisfies [ToolName, () => Tool][])
      : []),
    ...(sources.isTrusted()
      ? ([
          ['git_log', () => gitLog(sources)],
          ['git_blame', () => gitBlame(sources)],
        ] satisfies [ToolName, () => Tool][])
      : []),
  ];
  return all.filter(([name]) => wanted.has(name)).map(([, make]) => make());
}
