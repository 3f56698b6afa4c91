import assert from 'node:assert/strict';
import { cpSync, readdirSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filled, Scratch, textsOf } from './samples.ts';

describe('Backups of a session database', function () {
  // Each write waits for the disk, which may be busy.
  this.timeout(30_000);
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.end());

  const names = () => readdirSync(join(scratch.folder, 'backups')).sort();

  it('are three, the newest ones', async () => {
    const store = scratch.open();
    await filled(store, 'one');
    const made: string[] = [];
    for (let at = 0; at < 5; at++) made.push(basename(await store.backup()));
    assert.deepEqual(names(), made.slice(-3));
  });

  it('go on when a wrong clock has dated three of them in the future', async () => {
    const store = scratch.open();
    const id = await filled(store, 'one');
    const path = await store.backup();
    await store.close();
    const future = new Date('2099-01-01T00:00:00Z');
    for (const day of ['01', '02', '03']) {
      const dated = join(scratch.folder, 'backups', `sessions.db.2099-01-${day}T00-00-00-000Z.backup`);
      cpSync(path, dated);
      utimesSync(dated, future, future);
    }
    const again = scratch.open();
    const made = basename(await again.backup());
    assert.deepEqual(names(), [basename(path), made, 'sessions.db.2099-01-03T00-00-00-000Z.backup']);
    await again.close();
    for (const name of names().filter((each) => !each.includes('2099')))
      utimesSync(join(scratch.folder, 'backups', name), 0, future);
    assert.deepEqual(await textsOf(scratch.open(), id), ['one']);
    assert.equal(names().filter((name) => name > made && !name.includes('2099')).length, 1, 'one is due');
  });
});
