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

  const button = (name: string | RegExp) => open.panel.frame.getByRole('button', { name }).first();

  it('opens at its end', async () => {
    await open.panel.waitFor('In step 5000,');
  });

  it('answers from turn 40, which is sent again word for word, and the inspector says why', async () => {
    const { fake } = vscode;
    const { panel, window } = open;
    // Frames of the older turns are asked for at the same time, and are put together from the words when this comes.
    fake.always(() => answer('Marguerite does.'));
    await panel.send('Who signs off a release of the importer?');
    await panel.waitFor('Marguerite does.');
    const asked = fake.requests.find(({ body }) => JSON.stringify(body).includes('Who signs off a release'));
    assert.match(JSON.stringify(asked?.body), /release train leaves on Thursdays at half past two/);

    await panel.lastAnswer.hover();
    await button('What was sent in this turn').click();
    const recalled = panel.frame.locator('.segment', { hasText: /Recalled by its words: .*sign/ });
    await recalled.first().waitFor();
    await recalled.first().scrollIntoViewIfNeeded();
    await window.screenshot('vscode-long-session-recalled');
    await button('Back to the session').click();
  });

  it('lists what was once asked for', async () => {
    await open.window.command('Causeway: Show Directives, Tasks and Frames');
    await open.panel.waitFor(/always name the file before you show code/);
    await open.window.screenshot('vscode-long-session-directives');
  });
});
