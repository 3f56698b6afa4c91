import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { commands, extensions, workspace } from 'vscode';
import { commandIds, extensionId, panelViewId } from '../../src/host/ids.ts';
import { stateFolder } from './support/bridge.ts';
import { folder } from './support/window.ts';

// The file's name sorts first: nothing has asked the extension for anything yet.
describe('Causeway starts', () => {
  before(() => extensions.getExtension(extensionId)?.activate());

  it('with all its commands and its view', async () => {
    const known = new Set(await commands.getCommands(true));
    assert.deepEqual(
      [...commandIds, `${panelViewId}.focus`].filter((id) => !known.has(id)),
      [],
    );
  });

  it('without writing anything, listening anywhere or touching the workspace', () => {
    assert.deepEqual(readdirSync(stateFolder()), []);
    assert.ok(!existsSync(`${folder().fsPath}/.vscode`));
  });

  it('where files can be searched', async () => {
    const found = await workspace.findFiles('**/*.ts', null, 1);
    assert.equal(found.length, 1);
  });

  it('once, however often it is asked to', async () => {
    const extension = extensions.getExtension(extensionId);
    await extension?.activate();
    await extension?.activate();
    assert.equal(extension?.isActive, true);
  });
});
