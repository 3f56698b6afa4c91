import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer } from '../support/anthropic/script.ts';
import { until } from '../support/vscode/until.ts';
import { type Installed, installed, PanelFrame } from './support/installed.ts';

describe('Sessions that are encrypted', () => {
  let vscode: Installed;
  before(async () => {
    vscode = await installed();
  });
  after(() => vscode?.close());

  /** Whether a text stands in plain in any file of the extension's data. */
  const isOnDisk = (text: string): boolean =>
    globSync(join(vscode.code.server.dataFolder, 'data/User/globalStorage/causeway.causeway/**/*'), {
      withFileTypes: true,
    })
      .filter((entry) => entry.isFile())
      .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text));

  it('leave no plain word on disk once the setting is on, and open again after a reload', async () => {
    const { window, panel } = await vscode.open();
    vscode.fake.enqueue(answer('Marigold is the word.'), answer('Periwinkle is another.'));
    await panel.send('Which word?');
    await panel.waitFor('Marigold is the word.');
    await until('the word to be stored', () => isOnDisk('Marigold'));

    await vscode.code.server.setMachineSettings({ 'causeway.encryptSessions': true });
    await until('the stored words to be encrypted', () => !isOnDisk('Marigold'));
    await panel.send('Which other?');
    await panel.waitFor('Periwinkle is another.');
    assert.equal(isOnDisk('Periwinkle'), false);

    await window.reload();
    const again = await PanelFrame.of(window);
    await again.waitFor('Marigold is the word.');
    await again.waitFor('Periwinkle is another.');
  });
});
