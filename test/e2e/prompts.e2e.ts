import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answer } from '../support/anthropic/script.ts';
import { type Installed, installed, type OpenWindow } from './support/installed.ts';

describe('Prompts of a workspace', () => {
  let vscode: Installed;
  let open: OpenWindow;
  before(async () => {
    vscode = await installed();
    open = await vscode.open();
    const folder = join(open.workspace, '.causeway', 'prompts');
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'review.prompt.md'),
      '---\ndescription: Looks for what is missing\nvariables: { what: string }\n---\nWhat is missing in {{what}}?\n',
    );
  });
  after(() => vscode?.close());
  const sent = () => JSON.stringify(vscode.fake.requests.at(-1)?.body);

  it('are offered behind a slash, completed by Tab, and sent with what follows', async () => {
    const { panel, window } = open;
    await panel.input.pressSequentially('/re');
    await panel.frame.locator('.prompt-hints', { hasText: 'Looks for what is missing' }).waitFor();
    await window.screenshot('vscode-prompt-offered');
    await panel.input.press('Tab');
    assert.equal(await panel.input.inputValue(), '/review ');
    vscode.fake.enqueue(answer('The tests are.'));
    await panel.input.pressSequentially('retry.ts');
    await panel.input.press('Enter');
    await panel.waitFor('The tests are.');
    assert.match(sent(), /What is missing in retry\.ts\?/);
  });

  it('leave what only begins like one as it is', async () => {
    const { panel } = open;
    vscode.fake.enqueue(answer('A file of the system.'));
    await panel.send('/etc/hosts is what?');
    await panel.waitFor('A file of the system.');
    assert.match(sent(), /\/etc\/hosts is what\?/);
  });

  it('say what is missing, and keep the input', async () => {
    const { panel } = open;
    await panel.send('/review');
    await panel.waitFor(/“review” was not sent: what: got nothing/);
    assert.equal(await panel.input.inputValue(), '/review');
    await panel.input.fill('');
  });

  it('are asked from the palette, with a question for each value', async () => {
    const { panel, window } = open;
    vscode.fake.enqueue(answer('A limit is.'));
    await window.command('Causeway: Ask a Prompt');
    const input = window.page.locator('.quick-input-widget input[type="text"]');
    await window.page.locator('.quick-input-list', { hasText: 'review' }).waitFor();
    await input.press('Enter');
    await window.page.locator('.quick-input-widget', { hasText: 'what' }).waitFor();
    await input.fill('limits.ts');
    await input.press('Enter');
    await panel.waitFor('A limit is.');
    assert.match(sent(), /What is missing in limits\.ts\?/);
  });
});
