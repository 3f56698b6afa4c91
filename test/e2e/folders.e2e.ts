import assert from 'node:assert/strict';
import { answer } from '../support/anthropic/script.ts';
import { copyOf } from '../support/vscode/copyOf.ts';
import { sampleWorkspace } from '../support/vscode/paths.ts';
import type { VsCodeWindow } from '../support/vscode/window.ts';
import { type Installed, installed, PanelFrame } from './support/installed.ts';

/**
 * VS Code in a browser opens a workspace file that it reads for the first time without its folders, and keeps them
 * for the next load; so the window is loaded again until they are there.
 */
async function foldersShown(window: VsCodeWindow): Promise<void> {
  for (let tries = 0; tries < 5; tries++) {
    await window.showView('Explorer');
    const files = window.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'AGENTS.md' });
    const none = window.page.getByText('You have not yet added a folder to the workspace.');
    await files.first().or(none).first().waitFor();
    if (await files.first().isVisible()) return;
    await window.reload();
  }
  assert.fail('VS Code did not open the folders of the workspace.');
}

describe('A folder added to a window', () => {
  let vscode: Installed;
  before(async () => {
    vscode = await installed();
  });
  after(() => vscode?.close());

  it('makes a workspace that also shows the sessions of each folder, and a folder alone keeps its own', async () => {
    const { window, workspace, panel } = await vscode.open();
    vscode.fake.enqueue(answer('Said in the folder alone.'));
    await panel.send('Where are we?');
    await panel.waitFor('Said in the folder alone.');

    const other = await copyOf(sampleWorkspace);
    const loaded = window.page.waitForEvent('load');
    await window.command('Workspaces: Add Folder to Workspace...');
    await window.choosePath('Add Folder to Workspace', `${other}/`, 'docs', 'Add');
    await loaded;
    await window.ready();
    await foldersShown(window);

    const both = await PanelFrame.of(window);
    await both.waitFor('Said in the folder alone.');
    await window.command('Causeway: New Session');
    await both.waitFor('Causeway answers from this workspace and keeps every session here.');
    await both.frame.locator('#input:focus').waitFor();
    vscode.fake.enqueue(answer('Said in both.'));
    await both.send('And here?');
    await both.waitFor('Said in both.');
    await window.close();

    const { window: again, panel: alone } = await vscode.open({ workspace });
    await alone.waitFor('Said in the folder alone.');
    await again.command('Causeway: Search Sessions');
    await alone.frame.locator('.session', { hasText: 'Where are we?' }).waitFor();
    assert.equal(await alone.frame.locator('.session', { hasText: 'And here?' }).count(), 0);
  });
});
