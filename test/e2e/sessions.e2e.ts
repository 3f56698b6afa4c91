import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answer } from '../support/anthropic/script.ts';
import { until } from '../support/vscode/until.ts';
import type { VsCodeWindow } from '../support/vscode/window.ts';
import { type Installed, installed, type OpenWindow, PanelFrame } from './support/installed.ts';

/** Types into the input that a command shows, and takes it. */
async function enter(window: VsCodeWindow, title: string, text: string): Promise<void> {
  await window.page.locator('.quick-input-title', { hasText: title }).waitFor();
  await window.quickInputBox.fill(text);
  await window.page.keyboard.press('Enter');
}

describe('Sessions in VS Code', () => {
  let vscode: Installed;
  let open: OpenWindow;
  before(async () => {
    vscode = await installed({ key: false });
    open = await vscode.open();
  });
  after(() => vscode?.close());

  const title = () => open.panel.frame.locator('#title');

  it('are answered by Claude once a key is entered in the panel, and the key outlives a reload', async () => {
    const { window, panel } = open;
    await panel.waitFor('No model is set. Answers are quotes from your files.');
    await panel.frame.getByRole('button', { name: 'Set API key' }).first().click();
    await enter(window, 'Whose API Key?', 'Claude');
    await enter(window, 'API Key for Claude', vscode.fake.key);
    await panel.waitFor('The API key for Claude is set.');
    vscode.fake.enqueue(answer('Claude is here.'));
    await panel.send('Who answers?');
    await panel.waitFor('Claude is here.');
    await window.reload();
    open = { ...open, panel: await PanelFrame.of(window) };
    vscode.fake.enqueue(answer('Claude is still here.'));
    await open.panel.send('And after a reload?');
    await open.panel.waitFor('Claude is still here.');
    await window.command('Causeway: Show Log');
    const logged = await until(
      'the log',
      async () => (await window.page.locator('.output-view').textContent()) ?? '',
    );
    assert.ok(!logged.includes(vscode.fake.key));
  });

  it('are renamed in place', async () => {
    await title().click();
    const box = open.panel.frame.getByRole('textbox', { name: 'Session title' });
    await box.fill('Who is who');
    await box.press('Enter');
    await until('the new title', async () => (await title().textContent()) === 'Who is who');
  });

  it('keep the model that was chosen in them', async () => {
    const { window, panel } = open;
    await panel.frame.getByRole('button', { name: /^Model: / }).click();
    await enter(window, 'Model of This Session', 'Haiku 5.5');
    await panel.frame.locator('.model-name', { hasText: 'Haiku 5.5' }).waitFor();
    vscode.fake.enqueue(answer('Small and quick.'));
    await panel.send('Which model?');
    await panel.waitFor('Small and quick.');
    assert.match(JSON.stringify(vscode.fake.requests.at(-1)?.body), /"model":"claude-haiku-5-5"/);
  });

  it('are forked, moved to the trash and brought back', async () => {
    const { panel } = open;
    await panel.frame.getByRole('button', { name: 'Start a new session from here' }).first().click();
    await until('the fork', async () => (await panel.frame.locator('.answer').count()) === 1);
    await open.window.command('Causeway: Search Sessions');
    const items = panel.frame.locator('.session');
    await until('both sessions', async () => (await items.count()) === 2);
    await items.first().getByRole('button', { name: 'Move to trash' }).click();
    await until('one session', async () => (await items.count()) === 1);
    await panel.frame.getByRole('button', { name: 'Undo' }).click();
    await until('both sessions again', async () => (await items.count()) === 2);
    await panel.frame.getByRole('searchbox', { name: 'Search sessions' }).fill('quick');
    await panel.frame.locator('.session mark', { hasText: 'quick' }).first().waitFor();
    await panel.frame
      .locator('.session', { has: panel.frame.locator('mark') })
      .first()
      .locator('button')
      .first()
      .click();
    await panel.waitFor('Small and quick.');
  });

  it('are exported into the folder, and deleted for good', async () => {
    const { window, panel, workspace } = open;
    await window.command('Causeway: Export Session…');
    await enter(window, 'Export Session', 'shown now');
    await until('the proposed name', async () =>
      (await window.quickInputBox.inputValue()).endsWith('.jsonl'),
    );
    await window.page.locator('.quick-input-widget .quick-input-action', { hasText: 'OK' }).click();
    const exported = await until('the file', async () =>
      (await readdir(workspace)).find((name) => name.endsWith('.jsonl')),
    );
    await until('all of it', async () =>
      /Small and quick\./.test(await readFile(join(workspace, exported), 'utf8')),
    );

    await window.command('Causeway: Delete Session for Good…');
    await enter(window, 'Delete Session for Good', 'shown now');
    await window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete for Good' }).click();
    await panel.frame.getByText('Small and quick.').waitFor({ state: 'detached' });
  });

  it('that are private say so', async () => {
    await open.window.command('Causeway: New Private Session');
    await open.panel.waitFor('Private session: it lives in memory and leaves nothing on disk.');
    await open.panel.frame.locator('#input:focus').waitFor();
  });

  it('are quotes again once the key is removed', async () => {
    await open.window.command('Causeway: Remove API Key');
    await open.panel.waitFor('No model is set. Answers are quotes from your files.');
  });
});

describe('A window without a folder', () => {
  let vscode: Installed;
  before(async () => {
    vscode = await installed();
  });
  after(() => vscode?.close());

  it('has sessions of its own, also after a reload', async () => {
    const window = await vscode.code.open({ extension: 'installed' });
    const panel = await PanelFrame.of(window);
    vscode.fake.enqueue(answer('No folder is needed.'));
    await panel.send('Is a folder needed?');
    await panel.waitFor('No folder is needed.');
    await window.reload();
    await (await PanelFrame.of(window)).waitFor('No folder is needed.');
    await window.close();
  });
});
