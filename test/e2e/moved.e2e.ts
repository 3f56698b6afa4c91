import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { answer } from '../support/anthropic/script.ts';
import { type Installed, installed, PanelFrame } from './support/installed.ts';

describe('A folder that was renamed', () => {
  let vscode: Installed;
  before(async () => {
    vscode = await installed();
  });
  after(() => vscode?.close());

  it('is offered the sessions it had, and shows them once the user agrees', async () => {
    const { window, workspace, panel } = await vscode.open();
    vscode.fake.enqueue(answer('Said before the folder got another name.'));
    await panel.send('Do you remember?');
    await panel.waitFor('Said before the folder got another name.');
    await window.close();

    const renamed = join(dirname(workspace), 'renamed-workspace');
    await rename(workspace, renamed);
    const { window: again } = await vscode.open({ workspace: renamed });
    const offer = await again.notification(/looks like .*sample-workspace, which is gone/);
    await offer.getByRole('button', { name: 'Show Them Here' }).click();
    await (await PanelFrame.of(again)).waitFor('Said before the folder got another name.');
  });
});
