/** Threat 19: no secret of any known kind leaves or is stored, by whichever way it comes into a turn. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Passage } from '../../../../src/core/ports.ts';
import { placeholdersIn } from '../../../../src/core/secrets/placeholders.ts';
import type { LanguageFeatures } from '../../../../src/core/tools/workspace/sources.ts';
import { notebookText } from '../../../../src/core/workspace/notebook.ts';
import type { Attachment } from '../../../../src/protocol/entries.ts';
import type { TurnInput } from '../../../../src/protocol/turnInput.ts';
import { workspaceFilesOnDisk } from '../../../../src/workspaceFilesOnDisk.ts';
import { workspaceHistory } from '../../../../src/workspaceHistoryByGit.ts';
import { answer, toolCall } from '../../../support/anthropic/script.ts';
import { type Canary, canaries } from '../../../support/canaries.ts';
import { startCore, type TestCore } from '../../../support/core.ts';
import { type WorkspaceFolder, workspaceFolder } from '../../../support/workspaceFolder.ts';

/** A file with a private key in it stays out as a whole, which its own way shows. */
const isOfFiles = ({ line }: Canary): boolean => !/PRIVATE KEY/.test(line);

interface Way {
  name: string;
  /** Which of the canaries go this way. */
  takes: (canary: Canary) => boolean;
  /** Its own file, where it needs one. */
  file?: { path: string; text: (lines: string[]) => string };
  input: (lines: string[], at: (path: string) => string) => Partial<TurnInput>;
  call?: { tool: string; input: object };
  /** Nothing of it goes at all. */
  staysOut?: true;
}

const joined = (lines: string[]): string => lines.join('\n');
const said = (kind: Attachment['kind']): Pick<Way, 'takes' | 'input'> => ({
  takes: () => true,
  input: (lines) => ({
    attachments: [{ kind, uri: `causeway:${kind}`, path: kind, text: joined(lines), mention: true }],
  }),
});
const named =
  (kind: 'file' | 'folder', path: string): Way['input'] =>
  (_, at) => ({
    attachments: [{ kind, uri: at(path), path, text: '', mention: true }],
  });
const called = (tool: string, input: object): Pick<Way, 'call' | 'input'> => ({
  call: { tool, input },
  input: () => ({ grounding: 'workspace' }),
});
const notebook = (lines: string[]): string =>
  JSON.stringify({
    cells: lines.map((line, index) => ({
      cell_type: 'code',
      source: index % 2 === 0 ? [line] : [],
      outputs: index % 2 === 0 ? [] : [{ text: [line], data: { 'image/png': 'iVBORw0KGgo'.repeat(900) } }],
    })),
  });
const file = (path: string) => ({ path, text: joined });

const ways: Way[] = [
  { name: '@terminal', ...said('terminal') },
  { name: '@problems', ...said('problems') },
  { name: '@diff', ...said('diff') },
  { name: '@selection', ...said('selection') },
  { name: '@ with a file', takes: isOfFiles, file: file('named.txt'), input: named('file', 'named.txt') },
  { name: '@ with a folder', takes: isOfFiles, file: file('all/a.txt'), input: named('folder', 'all') },
  {
    name: '@ with a notebook',
    takes: isOfFiles,
    file: { path: 'named.ipynb', text: notebook },
    input: named('file', 'named.ipynb'),
  },
  {
    name: '@ with a file that holds private keys',
    takes: () => true,
    file: file('keys.txt'),
    input: named('file', 'keys.txt'),
    staysOut: true,
  },
  {
    name: 'the tool that reads a file',
    takes: isOfFiles,
    file: file('read.txt'),
    ...called('read_file', { path: 'read.txt' }),
  },
  {
    name: 'the tool that reads a notebook',
    takes: isOfFiles,
    file: { path: 'read.ipynb', text: notebook },
    ...called('read_file', { path: 'read.ipynb' }),
  },
  {
    name: 'the tool that tells who changed a line',
    takes: isOfFiles,
    file: file('blamed.txt'),
    ...called('git_blame', { path: 'blamed.txt', start_line: 1, end_line: 120 }),
  },
  { name: 'the tool that tells commits', takes: () => true, ...called('git_log', { limit: 100 }) },
  { name: 'the tool that tells problems', takes: () => true, ...called('problems', {}) },
  {
    name: 'the tool that searches',
    takes: isOfFiles,
    file: file('found.txt'),
    ...called('search_workspace', { query: 'value' }),
  },
];
const sets = ways.map(({ takes }, index) => canaries(200 + index).filter(takes));
const setOf = (name: string): Canary[] => sets[ways.findIndex((way) => way.name === name)] ?? [];

describe('A secret of any kind is in no byte that was sent or stored where it comes by', function () {
  this.timeout(60_000);
  let core: TestCore;
  let folder: WorkspaceFolder;
  const at = (path: string) => pathToFileURL(join(folder.path, path)).href;
  const linesOf = (name: string): string[] => setOf(name).map(({ line }) => line);

  before(async () => {
    folder = workspaceFolder(
      Object.fromEntries(
        ways.flatMap(({ name, file: own }) => (own ? [[own.path, own.text(linesOf(name))]] : [])),
      ),
    );
    folder.git('init', '-q');
    folder.commit('feat: all of it');
    // One commit for each, in one go.
    const branch = folder.git('symbolic-ref', 'HEAD').trim();
    const commits = linesOf('the tool that tells commits').map(
      (subject, index) =>
        `commit ${branch}\ncommitter Ada <ada@example.com> ${1_700_000_000 + index} +0000\n` +
        `data ${Buffer.byteLength(subject)}\n${subject}\n${index === 0 ? `from ${branch}^0\n` : ''}` +
        // A commit that changes nothing is not told.
        `M 100644 inline log.txt\ndata ${`${index}`.length}\n${index}\n\n`,
    );
    execFileSync('git', ['-C', folder.path, 'fast-import', '--quiet'], { input: commits.join('') });
    const passage: Passage = {
      uri: at('found.txt'),
      path: 'found.txt',
      startLine: 1,
      endLine: linesOf('the tool that searches').length,
      text: joined(linesOf('the tool that searches')),
      score: 1,
    };
    const language: LanguageFeatures = {
      symbolsIn: async () => [],
      symbolsNamed: async () => [],
      references: async () => undefined,
      problems: async () =>
        linesOf('the tool that tells problems').map((message, index) => ({
          uri: at('read.txt'),
          line: index + 1,
          severity: 'error',
          message,
        })),
    };
    core = await startCore({
      workspaceSources: {
        files: workspaceFilesOnDisk({
          roots: () => [folder.path],
          excludes: () => [],
          openFiles: async () => [],
        }),
        history: workspaceHistory(() => [folder.path]),
        language,
        search: { search: async () => [passage] },
        isTrusted: () => true,
      },
    });
  });
  after(async () => {
    await core.close();
    folder.remove();
  });

  const stored = (): string =>
    readdirSync(core.folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
      .join('');

  for (const { name, input, call, staysOut } of ways)
    it(name, async () => {
      const own = setOf(name);
      assert.ok(own.length >= 40, `${own.length} kinds`);
      const from = core.fake.requests.length;
      if (call) core.fake.enqueue(toolCall('toolu_01', call.tool, call.input));
      core.fake.enqueue(answer('Done.'));
      const { id } = await core.store.create({ door: 'panel' });
      const asked: TurnInput = { text: 'Why?', door: 'panel', grounding: 'off', ...input(linesOf(name), at) };
      const { events } = await core.engine.startTurn(id, asked);
      for await (const event of events)
        if (event.type === 'turn.ended')
          assert.equal(event.entry.kind === 'assistant' && event.entry.outcome, 'done');
      const received = JSON.stringify(core.fake.requests.slice(from).map(({ body }) => body));
      await core.store.backup();
      for (const bytes of [received, stored(), core.logged.join('\n')])
        assert.deepEqual(
          own.filter(({ secret }) => bytes.includes(secret)).map(({ kind }) => kind),
          [],
        );
      const masked = new Set(placeholdersIn(received).map(({ digest }) => digest)).size;
      if (staysOut) assert.equal(masked, 0);
      else assert.ok(masked >= 40, `${masked} were masked of ${own.length}: the way was not gone`);
    });

  it('and the notebooks are such that are read', () =>
    assert.match(notebookText(notebook(['a', 'b'])) ?? '', /^# Cell 1 \(code\)\na\n.+# Output\nb$/s));
});
