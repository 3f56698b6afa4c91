import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer } from '../support/anthropic/script.ts';
import { until } from '../support/vscode/until.ts';
import { type Installed, installed, type OpenWindow } from './support/installed.ts';
import { longSession } from './support/longSession.ts';

const fact = {
  question: 'Who signs off a release of the importer, and when does the release train leave?',
  answer: 'Marguerite signs off the importer, and the release train leaves on Thursdays at half past two.',
};
const wish = {
  question: 'From now on always name the file before you show code from it.',
  answer: 'I will name the file first.',
};

describe('A session of 5,000 turns that was imported', () => {
  let vscode: Installed;
  let open: OpenWindow;
  before(async () => {
    vscode = await installed();
    open = await vscode.open();
    const file = join(await mkdtemp(join(tmpdir(), 'causeway-import-')), 'year.jsonl');
    await writeFile(
      file,
      longSession(
        5_000,
        new Map([
          [40, fact],
          [12, wish],
        ]),
      ),
    );
    await open.window.command('Causeway: Import Session');
    await open.window.page.locator('.quick-input-title', { hasText: 'Import Session' }).waitFor();
    await until('the file in the dialog', async () => {
      await open.window.quickInputBox.fill(file);
      const row = open.window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'year.jsonl' });
      return row.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
    });
    await open.window.page.keyboard.press('Enter');
  });
  after(() => vscode?.close());

  it('opens at its end', async () => {
    await open.panel.waitFor('In step 5000,');
  });

  it('answers from turn 40, which is sent again word for word', async () => {
    const { fake } = vscode;
    fake.enqueue(answer('Marguerite does.'));
    await open.panel.send('Who signs off a release of the importer?');
    await open.panel.waitFor('Marguerite does.');
    const sent = JSON.stringify(fake.requests.at(-1)?.body);
    assert.match(sent, /release train leaves on Thursdays at half past two/);
  });
});
