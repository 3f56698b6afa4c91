import assert from 'node:assert/strict';
import { commands, extensions, version, workspace } from 'vscode';

describe('Causeway in the extension host', () => {
  const causeway = extensions.getExtension('causeway.causeway');

  it('is there and starts', async () => {
    assert.ok(causeway, `missing in VS Code ${version}`);
    await causeway.activate();
    assert.equal(causeway.isActive, true);
  });

  it('registers each command that its package promises', async () => {
    assert.ok(causeway);
    const registered = new Set(await commands.getCommands(true));
    const promised: { command: string }[] = causeway.packageJSON.contributes?.commands ?? [];
    const missing = promised.map(({ command }) => command).filter((id) => !registered.has(id));
    assert.deepEqual(missing, []);
  });

  it('runs where files can be searched', async () => {
    const found = await workspace.findFiles('**/*.ts', null, 1);
    assert.equal(found.length, 1);
  });
});
