import assert from 'node:assert/strict';
import {
  type CodeAction,
  CodeActionKind,
  commands,
  Diagnostic,
  type DiagnosticCollection,
  languages,
  Range,
  Uri,
} from 'vscode';
import { at, closeEditors, show, started, write } from './support/window.ts';

/** Titles of ours that the lightbulb has for a range, with their kinds. */
async function offered(uri: Uri, range: Range): Promise<CodeAction[]> {
  const all = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', uri, range);
  return all.filter(({ title }) => title.endsWith('with Causeway'));
}

describe('The lightbulb', () => {
  let problems: DiagnosticCollection;
  before(async () => {
    await started();
    problems = languages.createDiagnosticCollection('suite');
    await write('broken.txt', 'one\ntwo\nthree\nfour\n');
  });
  afterEach(async () => {
    problems.clear();
    await closeEditors();
  });
  after(() => problems.dispose());

  it('offers nothing where nothing is selected or wrong', async () => {
    await show('broken.txt');
    assert.deepEqual(await offered(at('broken.txt'), new Range(0, 0, 0, 0)), []);
  });

  it('offers to explain and to change what is selected', async () => {
    await show('broken.txt');
    const actions = await offered(at('broken.txt'), new Range(0, 0, 1, 3));
    assert.deepEqual(actions.map(({ title }) => title.replace(' with Causeway', '')).sort(), [
      'Document',
      'Explain',
      'Refactor',
      'Write Tests',
    ]);
    assert.ok(actions.every(({ kind }) => kind && CodeActionKind.Refactor.contains(kind)));
  });

  it('offers to fix what is wrong, with all of it', async () => {
    await show('broken.txt');
    problems.set(at('broken.txt'), [new Diagnostic(new Range(1, 0, 2, 5), 'Numbers are digits.')]);
    const [fix, ...more] = await offered(at('broken.txt'), new Range(1, 1, 1, 1));
    assert.equal(fix?.title, 'Fix with Causeway');
    assert.ok(fix.kind && CodeActionKind.QuickFix.contains(fix.kind));
    assert.deepEqual(more, []);
    const [range] = fix.command?.arguments ?? [];
    assert.ok(range instanceof Range && range.isEqual(new Range(1, 0, 2, 5)));
  });

  it('offers nothing in documents that nobody writes', async () => {
    const uri = Uri.parse('causeway-proposal:/x.txt?edit=0');
    assert.deepEqual(await offered(uri, new Range(0, 0, 0, 0)).catch(() => []), []);
  });
});
