import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openUserDatabase } from '../../../../src/store/user/openUserDatabase.ts';
import { UserStore } from '../../../../src/store/user/userStore.ts';
import { scratch } from './samples.ts';

const german = { directiveId: '00000000-0000-4000-8000-00000000000a', text: 'Answer in German.', at: 5 };
const tabs = { directiveId: '00000000-0000-4000-8000-00000000000b', text: 'Use tabs.', at: 4 };

describe('The user’s own standing instructions', () => {
  let dataFolder: string;
  let file: string;
  beforeEach(() => {
    dataFolder = scratch();
    file = join(dataFolder, 'user.db');
  });
  afterEach(() => rmSync(dataFolder, { recursive: true }));

  it('are seen by every window, oldest first, as they were worded last', async () => {
    const workerUrl = new URL('../../../../src/workers/user.ts', import.meta.url);
    const [one, other] = [openUserDatabase({ file, workerUrl }), openUserDatabase({ file, workerUrl })];
    try {
      await one.directives.put(german);
      await one.directives.put(tabs);
      assert.deepEqual(await other.directives.list(), [tabs, german]);
      await other.directives.put({ ...german, text: 'Answer in English.' });
      await other.directives.remove(tabs.directiveId);
      assert.deepEqual(await one.directives.list(), [{ ...german, text: 'Answer in English.' }]);
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  });

  it('are carried over when the database is damaged elsewhere, without a row that is damaged itself', () => {
    const store = new UserStore(file);
    store.putDirective(german);
    store.putDirective(tabs);
    store.close();
    const db = new DatabaseSync(file);
    db.prepare('UPDATE user_directive SET id = ? WHERE text = ?').run('no id', tabs.text);
    db.close();
    const again = new UserStore(file);
    assert.deepEqual(again.directives(), [german]);
    again.close();
  });
});
