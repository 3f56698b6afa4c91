import assert from 'node:assert/strict';
import { answer } from '../support/anthropic/script.ts';
import { copyOf } from '../support/vscode/copyOf.ts';
import { sampleWorkspace } from '../support/vscode/paths.ts';
import { until } from '../support/vscode/until.ts';
import type { VsCodeWindow } from '../support/vscode/window.ts';
import { type Installed, installed, PanelFrame } from './support/installed.ts';

/**
 * VS Code in a browser opens a workspace file that it reads for the first time without its folders, and keeps them
 * for the next load; so the window is loaded again until they are there. Its roots count, not the files in them: they
 * may be collapsed. A window that is drawn anew may put another view in the Explorer's place, so it is shown again.
 */
async function foldersShown(window: VsCodeWindow): Promise<void> {
  const roots = window.page.locator('.explorer-folders-view .monaco-list-row[aria-level="1"]');
  const none = window.page.getByText('You have not yet added a folder to the workspace.');
  await until(
    'the folders of the workspace',
    async () => {
      await window.showView('Explorer');
      const seen = await roots
        .first()
        .or(none)
        .first()
        .waitFor({ timeout: 5_000 })
        .then(
          () => true,
          () => false,
        );
      if (!seen) return false;
      if (await roots.first().isVisible()) return true;
      await window.reload();
      return false;
    },
    90_000,
  );
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
