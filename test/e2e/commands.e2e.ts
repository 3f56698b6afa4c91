import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answer } from '../support/anthropic/script.ts';
import { until } from '../support/vscode/until.ts';
import { type Installed, installed, type OpenWindow } from './support/installed.ts';

describe('Commands on a selection', () => {
  let vscode: Installed;
  let open: OpenWindow;
  before(async () => {
    vscode = await installed();
    open = await vscode.open();
    await open.window.openFile('range.ts');
  });
  after(() => vscode?.close());

  const file = () => readFile(join(open.workspace, 'src/range.ts'), 'utf8');

  it('show the new code as a diff; accepting it changes the file', async () => {
    const before = await file();
    await open.window.selectLines(1, 2);
    vscode.fake.enqueue(answer('```ts\n// Rewritten by the model.\n```\nShorter.'));
    await open.window.command('Causeway: Refactor');
    const { modified } = await open.window.diff();
    assert.match(modified, /Rewritten by the model/);
    assert.equal(await file(), before);
    await open.window.command('Causeway: Accept Edit');
    const expected = ['// Rewritten by the model.', ...before.split('\n').slice(2)].join('\n');
    await until('the file to be written', async () => (await file()) === expected);
  });

  it('leave the file as it is when the edit is discarded', async () => {
    const before = await file();
    await open.window.openFile('range.ts');
    await open.window.selectLines(1, 1);
    vscode.fake.enqueue(answer('```ts\n// Not wanted.\n```'));
    await open.window.command('Causeway: Document');
    await open.window.diff();
    await open.window.command('Causeway: Discard Edit');
    await open.window.page.locator('.monaco-diff-editor').waitFor({ state: 'detached' });
    assert.equal(await file(), before);
  });

  it('offer themselves in the lightbulb', async () => {
    // A file without errors, whose fixes would fill the menu.
    await open.window.openFile('bytes.ts');
    await open.window.selectLines(2, 4);
    vscode.fake.enqueue(answer('It counts bytes.'));
    await open.window.codeAction('Explain with Causeway');
    await open.panel.waitFor('It counts bytes.');
  });

  it('add the selection to the next input', async () => {
    await open.window.openFile('range.ts');
    await open.window.selectLines(3, 5);
    await open.window.command('Causeway: Add Selection to Chat');
    await open.panel.frame
      .locator('.composer .chip', { hasText: /range\.ts:3/ })
      .first()
      .waitFor();
  });
});
