import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { noFolderUri } from '../../../../src/core/workspace/uri.ts';
import { openUserDatabase, type UserDatabase } from '../../../../src/store/user/openUserDatabase.ts';
import { folder, scratch, windowOf } from './samples.ts';

const workerUrl = new URL('../../../../src/workers/user.ts', import.meta.url);

describe('register of workspaces', () => {
  let dataFolder: string;
  const open: UserDatabase[] = [];
  const database = () => {
    const opened = openUserDatabase({ file: join(dataFolder, 'user.db'), workerUrl });
    open.push(opened);
    return opened;
  };

  beforeEach(() => {
    dataFolder = scratch();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
    rmSync(dataFolder, { recursive: true });
  });

  it('knows a folder again after a restart', async () => {
    const first = database();
    const made = await first.workspaces.resolve(folder('/work/app'), []);
    await first.close();
    const again = await database().workspaces.resolve(folder('/work/app'), []);
    assert.equal(made.isNew, true);
    assert.equal(again.isNew, false);
    assert.equal(again.workspace.id, made.workspace.id);
    assert.equal(again.workspace.createdAt, made.workspace.createdAt);
  });

  it('gives two windows that open a new folder at the same moment one workspace', async () => {
    const windows = [database(), database(), database(), database()];
    const found = await Promise.all(
      windows.map(({ workspaces }) => workspaces.resolve(folder('/work/app'), [])),
    );
    assert.equal(new Set(found.map(({ workspace }) => workspace.id)).size, 1);
    assert.equal(found.filter(({ isNew }) => isNew).length, 1);
  });

  it('knows a folder however its URI is spelled', async () => {
    const { workspaces } = database();
    const spellings = [
      'file:///c%3A/My%20Code/a%2Bb',
      'file:///C:/My%20Code/a+b',
      'file:///c:/My%20Code/a+b/',
    ];
    const found = [];
    for (const uri of spellings)
      found.push(await workspaces.resolve({ ...folder('/x'), uri, folders: [uri] }, []));
    assert.equal(new Set(found.map(({ workspace }) => workspace.id)).size, 1);
  });

  it('keeps sessions of a window without a folder in a workspace of their own', async () => {
    const { workspaces } = database();
    const none = { uri: noFolderUri, name: '', folders: [], fingerprint: undefined };
    const first = await workspaces.resolve(none, []);
    const second = await workspaces.resolve(none, [noFolderUri, 'file:///work/app']);
    assert.equal(second.workspace.id, first.workspace.id);
    assert.deepEqual([second.related, second.candidates], [[], []]);
  });

  it('shows the sessions of its folders in a window of several folders', async () => {
    const { workspaces } = database();
    const a = await workspaces.resolve(folder('/a'), []);
    await workspaces.resolve(folder('/c'), []);
    const both = await workspaces.resolve(windowOf('file:///ab.code-workspace', ['/a', '/b']), []);
    assert.deepEqual(
      both.related.map(({ id }) => id),
      [a.workspace.id],
    );
  });

  it('refuses calls once it is closed', async () => {
    const closed = database();
    await closed.workspaces.list();
    await closed.close();
    await assert.rejects(closed.workspaces.list(), { code: 'register_unavailable' });
  });
});
