import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { answer } from '../support/anthropic/script.ts';
import { until } from '../support/vscode/until.ts';
import { type Installed, installed, type OpenWindow, PanelFrame } from './support/installed.ts';

describe('What is sent, seen and changed in VS Code', () => {
  let vscode: Installed;
  let open: OpenWindow;
  before(async () => {
    vscode = await installed();
    open = await vscode.open();
  });
  after(() => vscode?.close());

  const button = (name: string | RegExp) => open.panel.frame.getByRole('button', { name }).first();
  const lastRequest = () => JSON.stringify(vscode.fake.requests.at(-1)?.body);

  it('the inspector of a turn shows what the API got, and a part left out there is gone from the next request', async () => {
    const { window, panel } = open;
    await window.openFile('retry.ts');
    await panel.frame.locator('.composer .chip', { hasText: 'retry.ts' }).waitFor();
    vscode.fake.enqueue(answer('With the file.'), answer('Without it.'));
    await panel.send('What does it do?');
    await panel.waitFor('With the file.');
    assert.match(lastRequest(), /<file path=\\"src\/retry\.ts\\"/);

    await panel.lastAnswer.hover();
    await button('What was sent in this turn').click();
    await button(/^Workspace: .*retry\.ts/).click();
    await panel.frame.locator('.segment-text').filter({ hasText: 'retry' }).waitFor();
    await button(/^Leave .*retry\.ts out of the next turn/).click();
    await panel.waitFor('Left out of the next turn');

    await button('Open the exact request as JSON').click();
    await until('the request', async () => /"max_tokens"/.test(await window.editorText()));

    await button('Back to the session').click();
    await panel.send('And without?');
    await panel.waitFor('Without it.');
    const sent = lastRequest();
    assert.doesNotMatch(sent.slice(sent.indexOf('With the file.')), /<file path/);
  });

  it('a directive that is added is in the next request, and is proposed for AGENTS.md as a diff', async () => {
    const { window, panel, workspace } = open;
    const before = await readFile(join(workspace, 'AGENTS.md'), 'utf8');
    await window.command('Causeway: Show Directives, Tasks and Frames');
    const line = panel.frame.getByRole('textbox', { name: 'Add a directive' });
    await line.fill('Always answer in the words of a lighthouse keeper.');
    await line.press('Enter');
    await button(/^Propose for AGENTS\.md: “Always answer in the words/).click();
    const { modified } = await window.diff();
    // The editor breaks long lines where they end on the screen.
    assert.match(modified.replace(/\s+/g, ' '), /- Always answer in the words of a lighthouse keeper\./);
    assert.equal(await readFile(join(workspace, 'AGENTS.md'), 'utf8'), before);

    await button('Back to the session').click();
    vscode.fake.enqueue(answer('Ahoy.'));
    await panel.send('How so?');
    await panel.waitFor('Ahoy.');
    assert.match(lastRequest(), /words of a lighthouse keeper/);
  });

  it('a directive is used in all workspaces, removed from them and called back', async () => {
    const { window, panel } = open;
    const ofUser = panel.frame.locator('.line', { hasText: 'all workspaces' });
    await window.command('Causeway: Show Directives, Tasks and Frames');
    await button(/^Use in all my workspaces: “Always answer in the words/).click();
    await ofUser.filter({ hasText: 'lighthouse keeper' }).waitFor();
    await panel.frame.getByText('Overridden and removed').waitFor({ state: 'detached' });
    await button(/^Remove: “Always answer in the words/).click();
    await ofUser.waitFor({ state: 'detached' });
    await button('Undo').click();
    await ofUser.filter({ hasText: 'lighthouse keeper' }).waitFor();
    await button('Back to the session').click();
  });

  it('a secret in an input is said to be masked before it is sent, and nothing of it leaves', async () => {
    const { panel, window } = open;
    const token = ['ghp', '_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0', 'pINUx'].join('');
    await panel.input.fill(`Is ${token} still valid?`);
    await button(/1 place is masked\./).click();
    await panel.waitFor(/GitHub token, line \d+: masked/);
    await window.screenshot('vscode-masked');
    await button('Back to the session').click();
    vscode.fake.enqueue(answer('I cannot see it.'));
    await panel.input.press('Enter');
    await panel.waitFor('I cannot see it.');
    const sent = JSON.stringify(vscode.fake.requests.at(-1)?.body);
    assert.match(sent, /Is \[secret:github:[0-9a-f]+\] still valid\?/);
    assert.ok(!sent.includes(token));
  });

  it('the profile is chosen in VS Code’s own list, answers from then on, and holds over a reload', async () => {
    const { window } = open;
    const choose = async (from: string, to: string) => {
      await button(`Profile: ${from}. Choose another`).click();
      const row = window.page.locator('.quick-input-list .monaco-list-row', { hasText: to }).first();
      await row.click();
      await window.quickInputBox.waitFor({ state: 'hidden' });
      await button(`Profile: ${to}. Choose another`).waitFor();
    };
    await choose('coding', 'tutor');
    vscode.fake.enqueue(answer('What do you know of it?'));
    await open.panel.send('Teach me this.');
    await open.panel.waitFor('What do you know of it?');
    assert.match(lastRequest(), /You are a tutor\./);
    await window.reload();
    open = { ...open, panel: await PanelFrame.of(window) };
    await button('Profile: tutor. Choose another').waitFor();
    await choose('tutor', 'coding');
    vscode.fake.enqueue(answer('As before.'));
    await open.panel.send('And now?');
    await open.panel.waitFor('As before.');
    assert.doesNotMatch(lastRequest(), /You are a tutor\./);
  });

  it('older turns are put into a frame on command, and the frame is read where it stands', async () => {
    const { window, panel } = open;
    await window.command('Causeway: Put Older Turns into a Frame');
    await window.notification(/Older turns are in a frame now/);
    await button(/older turns? (?:is|are) in a frame\./).click();
    await panel.frame.locator('.frame-words').waitFor();
    await button('Back to the session').click();
  });
});
