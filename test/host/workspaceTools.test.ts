import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { answer, toolCall } from '../support/anthropic/script.ts';
import { type Claude, startClaude } from './support/claude.ts';
import { at, closeEditors, run, set, show, started, write } from './support/window.ts';

/** A language whose server is in this file: a symbol is a line `def NAME`, and whatever names it uses it. */
const selector = { pattern: '**/*.defs' };
const nameAt = (document: vscode.TextDocument, place: vscode.Position) =>
  document.getText(document.getWordRangeAtPosition(place));

function places(document: vscode.TextDocument, fits: RegExp): vscode.Location[] {
  return document
    .getText()
    .split('\n')
    .flatMap((line, index) =>
      fits.test(line) ? [new vscode.Location(document.uri, new vscode.Position(index, 0))] : [],
    );
}

const providers = (): vscode.Disposable[] => [
  vscode.languages.registerDocumentSymbolProvider(selector, {
    provideDocumentSymbols: (document) =>
      places(document, /^def /).map(({ range }) => {
        const { text } = document.lineAt(range.start.line);
        const whole = new vscode.Range(range.start.line, 0, range.start.line + 1, 0);
        return new vscode.DocumentSymbol(text.slice(4), '', vscode.SymbolKind.Function, whole, whole);
      }),
  }),
  vscode.languages.registerDefinitionProvider(selector, {
    provideDefinition: (document, place) => places(document, new RegExp(`^def ${nameAt(document, place)}$`)),
  }),
  vscode.languages.registerReferenceProvider(selector, {
    provideReferences: (document, place) => [
      ...places(document, new RegExp(`^use ${nameAt(document, place)}$`)),
      // Servers name files that nobody may be told of, too.
      new vscode.Location(at('.env'), new vscode.Position(0, 0)),
    ],
  }),
  vscode.languages.registerWorkspaceSymbolProvider({
    provideWorkspaceSymbols: (query) => [
      new vscode.SymbolInformation(
        `${query}Everywhere`,
        vscode.SymbolKind.Class,
        '',
        new vscode.Location(at('sample.defs'), new vscode.Position(0, 0)),
      ),
    ],
  }),
];

describe('A model that asks the editor', () => {
  let claude: Claude;
  const kept: vscode.Disposable[] = [];
  before(async () => {
    await started();
    claude = await startClaude();
    await write('sample.defs', 'def upload\nend\nuse upload\nthe line before\nuse upload\n');
    await write('.env', 'TOKEN=canary-of-the-environment\n');
    kept.push(...providers());
    const problems = vscode.languages.createDiagnosticCollection('causeway-test');
    kept.push(problems);
    const line = new vscode.Range(2, 0, 2, 3);
    problems.set(at('sample.defs'), [
      new vscode.Diagnostic(line, 'upload is used too late', vscode.DiagnosticSeverity.Warning),
    ]);
    problems.set(at('.env'), [new vscode.Diagnostic(line, 'canary-of-a-problem')]);
    await set('grounding', 'workspace');
  });
  after(async () => {
    for (const one of kept) one.dispose();
    await set('grounding', undefined);
    await closeEditors();
    await claude.close();
  });

  const asked: [tool: string, input: object, expected: RegExp][] = [
    ['find_symbols', { path: 'sample.defs' }, /1 symbol\\nsample\.defs:1-2 function upload\\n/],
    ['find_symbols', { name: 'upload' }, /sample\.defs:1-1 class uploadEverywhere\\n/],
    [
      'find_references',
      { path: 'sample.defs', line: 3, symbol: 'upload' },
      /1 definition\\nsample\.defs:1\\tdef upload\\n\\n2 uses\\nsample\.defs:3\\tuse upload\\nsample\.defs:5\\tuse upload\\n/,
    ],
    ['find_references', { path: 'sample.defs', line: 2, symbol: 'upload' }, /does not stand in line 2/],
    ['problems', {}, /sample\.defs:3 warning: upload is used too late\\n/],
    ['problems', { path: 'sample.defs' }, /1 problem\\nsample\.defs:3 warning: /],
    ['read_file', { path: 'sample.defs' }, /5 lines: sample\.defs:1-5 of 5\\n1\\tdef upload\\n/],
    ['read_file', { path: '.env' }, /stays out of what is read/],
    ['read_file', { path: '../../../etc/passwd' }, /leads out of the workspace/],
  ];
  for (const [tool, input, expected] of asked)
    it(`is answered by ${tool} to ${JSON.stringify(input)}`, async () => {
      claude.fake.enqueue(toolCall('t1', tool, input), answer('Done.'));
      await show('sample.defs', 1, 1);
      await run('causeway.newSession');
      await run('causeway.explain');
      const sent = claude.lastSent();
      assert.match(sent, expected);
      assert.ok(!sent.includes('canary-of'));
    });
});
