import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMarkedLocalOnly, localOnlyMark } from '../../src/workspaceMarksOnDisk.ts';

describe('A folder marked as local-only', () => {
  const root = mkdtempSync(join(tmpdir(), 'causeway-mark-'));
  after(() => rmSync(root, { recursive: true, force: true }));
  const check = (title: string, settings: string, marked: boolean) =>
    it(title, () => {
      mkdirSync(join(root, '.vscode'), { recursive: true });
      writeFileSync(join(root, '.vscode', 'settings.json'), settings);
      assert.equal(isMarkedLocalOnly(['/nowhere', root]), marked);
    });

  it('is none where there are no settings', () => assert.equal(isMarkedLocalOnly([root]), false));
  check('is one with comments around it', '{ // ours\n "causeway.privacy.localOnly" : true, }', true);
  check('is none that says false', '{"causeway.privacy.localOnly": false}', false);
  check('is none with another setting', '{"causeway.privacy.maskSecrets": true}', false);

  it('is one where the file of its workspace says so, and none where that says nothing', () => {
    writeFileSync(join(root, '.vscode', 'settings.json'), '{}');
    const file = join(root, 'two.code-workspace');
    writeFileSync(file, '{"folders": [], "settings": {"causeway.privacy.localOnly": true}}');
    assert.equal(isMarkedLocalOnly([root], file), true);
    writeFileSync(file, '{"folders": [], "settings": {}}');
    assert.equal(isMarkedLocalOnly([root], file), false);
    assert.equal(isMarkedLocalOnly([root], root), false);
  });

  it('is one where another folder of the workspace is marked', () => {
    const other = join(root, 'other');
    mkdirSync(join(other, '.vscode'), { recursive: true });
    writeFileSync(join(other, '.vscode', 'settings.json'), '{"causeway.privacy.localOnly": true}');
    assert.equal(isMarkedLocalOnly([root, other]), true);
  });

  it('is seen by a server that runs a twentieth of a second after it was set, and read no more often', () => {
    const folder = mkdtempSync(join(root, 'watched-'));
    let now = 0;
    const isMarked = localOnlyMark([folder], undefined, () => now);
    const seen = [isMarked()];
    mkdirSync(join(folder, '.vscode'));
    writeFileSync(join(folder, '.vscode', 'settings.json'), '{"causeway.privacy.localOnly": true}');
    for (now of [49, 50]) seen.push(isMarked());
    assert.deepEqual(seen, [false, false, true]);
  });
});
