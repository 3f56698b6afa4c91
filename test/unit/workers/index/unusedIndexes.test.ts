import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IndexFolder } from '../../../../src/workers/index/indexFolder.ts';
import { removeUnusedBeside } from '../../../../src/workers/index/unusedIndexes.ts';

const day = 24 * 60 * 60 * 1000;
const own = '11111111-1111-4111-8111-111111111111';
const other = '22222222-2222-4222-8222-222222222222';

describe('The index of a workspace that is not opened any more', () => {
  let parent: string;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'causeway-unused-'));
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  function made(name: string, daysAgo: number): string {
    const folder = join(parent, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'catalog'), 'x');
    const at = new Date(Date.now() - daysAgo * day);
    utimesSync(folder, at, at);
    return folder;
  }

  const check = (title: string, name: string, daysAgo: number, isKept: boolean, beside = own) =>
    it(title, () => {
      const folder = made(name, daysAgo);
      removeUnusedBeside(join(parent, beside));
      assert.equal(existsSync(folder), isKept);
    });
  check('is deleted after a quarter of a year', other, 91, false);
  check('is kept for a quarter of a year', other, 89, true);
  check('is the only thing that is deleted', 'notes', 1000, true);
  check('is not looked for beside a folder that is no index of a workspace', other, 91, true, 'elsewhere');

  it('is never the one that is being opened', () => {
    const folder = made(own, 1000);
    removeUnusedBeside(folder);
    assert.ok(existsSync(folder));
  });

  it('counts as opened whenever it was', () => {
    const folder = made(other, 91);
    IndexFolder.take(folder, (key) => key)?.close();
    removeUnusedBeside(join(parent, own));
    assert.ok(existsSync(folder));
  });
});
