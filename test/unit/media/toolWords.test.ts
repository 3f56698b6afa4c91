import assert from 'node:assert/strict';
import { toolCount, toolWords } from '../../../media/toolWords.ts';

describe('A call of a tool, in one line', () => {
  const lines: [name: string, input: Record<string, unknown>, line: string][] = [
    ['search_workspace', { query: 'retry timer' }, 'Searched workspace: “retry timer”'],
    ['read_file', { path: 'src/a.ts' }, 'Read src/a.ts'],
    ['read_file', { path: 'src/a.ts', start_line: 4, end_line: 9 }, 'Read src/a.ts:4–9'],
    ['read_file', { path: 4 }, 'Read '],
    ['list_files', {}, 'Listed files '],
    ['find_symbols', { name: 'retry', path: 'src/a.ts' }, 'Looked up symbols “retry”'],
    ['find_references', { path: 'src/a.ts', line: 1, symbol: 'retry' }, 'Looked up references of “retry”'],
    ['git_log', { words: 'upload' }, 'Read the git log “upload”'],
    ['search_workspace', { query: `${'x'.repeat(90)}\nmore` }, `Searched workspace: “${'x'.repeat(80)}…”`],
    ['weather', { days: 3, city: 'Bern' }, 'Used weather “Bern”'],
    ['constructor', {}, 'Used constructor '],
  ];
  for (const [name, input, line] of lines)
    it(`of ${name} with ${JSON.stringify(input).slice(0, 50)} reads ${line.slice(0, 40)}`, () => {
      const { words, about } = toolWords({ name, input });
      assert.equal(`${words} ${about}`, line);
    });

  const counts: [result: string, count: string | undefined][] = [
    ['<result tool="search_workspace">\n6 passages\n\nsrc/a.ts:1-2\n</result>', '6 passages'],
    ['<result tool="read_file">\n3 lines: src/a.ts:1-3 of 3\n1\ta\n</result>', '3 lines'],
    ['<result tool="problems">\nNo problems\n</result>', 'No problems'],
    ['<result tool="recall">\nNothing earlier was found.\n</result>', undefined],
    ['read_file: it failed', undefined],
  ];
  for (const [result, count] of counts)
    it(`says ${count ?? 'nothing'} of how much came back as ${JSON.stringify(result).slice(0, 40)}`, () =>
      assert.equal(toolCount(result), count));
});
