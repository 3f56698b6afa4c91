import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AttachmentPorts } from '../../../../src/core/workspace/attachment.ts';
import {
  findCandidates,
  resolveWorkspace,
  shownWorkspaces,
} from '../../../../src/core/workspace/attachment.ts';
import { identityOf } from '../../../../src/core/workspace/identity.ts';
import { SqliteStore } from '../../../../src/store/sqlite/sqliteStore.ts';
import { fingerprintOf } from '../../../../src/store/user/fingerprint.ts';
import { sessionDatabaseFile } from '../../../../src/store/user/layout.ts';
import { openUserDatabase, type UserDatabase } from '../../../../src/store/user/openUserDatabase.ts';
import { isGone } from '../../../../src/store/user/places.ts';
import { scratch } from './samples.ts';

const workerUrl = new URL('../../../../src/workers/user.ts', import.meta.url);

describe('folders that were renamed or moved', () => {
  let root: string;
  let user: UserDatabase;
  let ports: AttachmentPorts;
  const at = (...names: string[]) => join(root, ...names);

  beforeEach(() => {
    root = scratch();
    user = openUserDatabase({ file: at('data', 'user.db'), workerUrl });
    ports = { register: user.workspaces, hasSessions: user.hasSessions, fingerprintOf, isGone };
  });
  afterEach(async () => {
    await user.close();
    rmSync(root, { recursive: true });
  });

  const git = (path: string, ...args: string[]) =>
    execFileSync('git', ['-C', path, '-c', 'user.name=me', '-c', 'user.email=me@example.org', ...args], {
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
      encoding: 'utf8',
    });

  const makeFolder = (path: string): string => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'a.txt'), path);
    return path;
  };
  const makeRepository = (path: string): string => {
    makeFolder(path);
    git(path, 'init', '-q');
    git(path, 'add', '.');
    git(path, 'commit', '-qm', `first of ${path}`);
    return path;
  };

  /** Opens a window as the editor does: resolve, then ask for what may be offered. */
  const open = async (window: { folders: string[]; file?: string }) => {
    const identity = identityOf({
      folders: window.folders.map((path) => ({ uri: pathToFileURL(path).href, name: path })),
      ...(window.file === undefined ? {} : { workspaceFile: window.file }),
    });
    const resolved = await resolveWorkspace(ports, identity);
    const candidates = await findCandidates(ports, resolved.workspace, { git: true });
    return {
      ...resolved,
      identity,
      candidates: candidates.map(({ id }) => id),
      shown: shownWorkspaces(resolved),
    };
  };

  const saySomething = async (workspaceId: string) => {
    const store = await SqliteStore.open({
      file: sessionDatabaseFile(at('data'), workspaceId),
      workspaceId,
      key: undefined,
      emit: () => undefined,
    });
    const { id } = await store.create({ door: 'panel' });
    store.append(id, [{ kind: 'title', id: crypto.randomUUID(), at: 1, door: 'panel', title: 'said' }]);
    store.close();
  };

  const openWithSessions = async (path: string) => {
    const opened = await open({ folders: [path] });
    await saySomething(opened.workspace.id);
    return opened.workspace;
  };

  it('are offered their sessions after a rename, and have them for good once the user agrees', async () => {
    const before = await openWithSessions(makeFolder(at('old')));
    renameSync(at('old'), at('new'));
    const moved = await open({ folders: [at('new')] });
    assert.equal(moved.isNew, true);
    assert.deepEqual(moved.candidates, [before.id]);

    await user.workspaces.reattach(before.id, moved.identity);
    const again = await open({ folders: [at('new')] });
    assert.equal(again.workspace.id, before.id);
    assert.equal(again.workspace.createdAt, before.createdAt);
    assert.deepEqual(again.candidates, []);
    assert.deepEqual(
      again.shown.map(({ id }) => id),
      [before.id, moved.workspace.id],
      'what was said in the meantime is shown as well',
    );
  });

  it('are found again when the rename is taken back', async () => {
    const before = await openWithSessions(makeFolder(at('old')));
    renameSync(at('old'), at('new'));
    await user.workspaces.reattach(before.id, (await open({ folders: [at('new')] })).identity);
    renameSync(at('new'), at('old'));
    assert.deepEqual((await open({ folders: [at('old')] })).candidates, [before.id]);
  });

  it('under git are recognised when they were copied to another disk and the old ones deleted', async () => {
    const before = await openWithSessions(makeRepository(at('old', 'app')));
    cpSync(at('old', 'app'), at('disk', 'app'), { recursive: true });
    rmSync(at('old'), { recursive: true });
    assert.deepEqual((await open({ folders: [at('disk', 'app')] })).candidates, [before.id]);
  });

  it('under git under another name and on another disk are not taken for another clone', async () => {
    await openWithSessions(makeRepository(at('old', 'app')));
    cpSync(at('old', 'app'), at('disk', 'other'), { recursive: true });
    rmSync(at('old'), { recursive: true });
    assert.deepEqual((await open({ folders: [at('disk', 'other')] })).candidates, []);
  });

  it('are not offered to a clone while the original is there, and only offered when it is gone', async () => {
    const original = await openWithSessions(makeRepository(at('one', 'app')));
    mkdirSync(at('two'));
    git(at('two'), 'clone', '-q', at('one', 'app'), 'app');
    const clone = await open({ folders: [at('two', 'app')] });
    assert.deepEqual(clone.candidates, []);
    assert.notEqual(clone.workspace.id, original.id);
    rmSync(at('one'), { recursive: true });
    const later = await open({ folders: [at('two', 'app')] });
    assert.deepEqual(later.candidates, [original.id]);
    assert.equal(later.workspace.id, clone.workspace.id, 'offered, never taken');
  });

  it('are not offered to a worktree of the same repository while the original is there', async () => {
    await openWithSessions(makeRepository(at('one', 'app')));
    git(at('one', 'app'), 'worktree', 'add', '-q', at('two', 'app'));
    assert.deepEqual((await open({ folders: [at('two', 'app')] })).candidates, []);
  });

  it('are not offered once the window has sessions of its own', async () => {
    await openWithSessions(makeFolder(at('old')));
    renameSync(at('old'), at('new'));
    const moved = await open({ folders: [at('new')] });
    await saySomething(moved.workspace.id);
    assert.deepEqual((await open({ folders: [at('new')] })).candidates, []);
  });

  it('are not offered when nothing was ever said there', async () => {
    await open({ folders: [makeFolder(at('old'))] });
    renameSync(at('old'), at('new'));
    assert.deepEqual((await open({ folders: [at('new')] })).candidates, []);
  });

  it('are told from another folder that stands in the old place', async () => {
    const before = await openWithSessions(makeFolder(at('old')));
    renameSync(at('old'), at('new'));
    makeFolder(at('old'));
    assert.deepEqual(
      (await open({ folders: [at('new')] })).candidates,
      [],
      'something is there, so nothing is gone',
    );
    assert.equal((await open({ folders: [at('old')] })).workspace.id, before.id);
  });

  it('keep their sessions in sight from one folder to several, unsaved and saved, and back', async () => {
    const [a, b] = [makeFolder(at('a')), makeFolder(at('b'))];
    const ids = ({ shown }: Awaited<ReturnType<typeof open>>) => shown.map(({ id }) => id);
    const single = await open({ folders: [a] });
    const unsaved = await open({ folders: [a, b], file: 'untitled:1555503116870' });
    assert.deepEqual(ids(unsaved), [unsaved.workspace.id, single.workspace.id]);
    const saved = await open({ folders: [b, a], file: pathToFileURL(at('ab.code-workspace')).href });
    assert.deepEqual(ids(saved), [saved.workspace.id, single.workspace.id, unsaved.workspace.id]);
    const grown = await open({ folders: [b, a, at('c')], file: pathToFileURL(at('ab.code-workspace')).href });
    assert.deepEqual(ids(grown), ids(saved), 'a folder more takes nothing away');
    const back = await open({ folders: [a] });
    assert.deepEqual(ids(back), [single.workspace.id, unsaved.workspace.id]);
  });

  it('are found again when the file of a window of several folders was renamed', async () => {
    const folders = [makeFolder(at('a')), makeFolder(at('b'))];
    const file = (name: string) => pathToFileURL(at(name)).href;
    writeFileSync(at('one.code-workspace'), '{}');
    const before = await open({ folders, file: file('one.code-workspace') });
    await saySomething(before.workspace.id);
    rmSync(at('one.code-workspace'));
    writeFileSync(at('two.code-workspace'), '{}');
    assert.deepEqual((await open({ folders, file: file('two.code-workspace') })).candidates, [
      before.workspace.id,
    ]);
  });

  it('on another machine are left alone', async () => {
    const remote = identityOf({
      folders: [{ uri: 'vscode-remote://ssh-remote+host/home/me/app', name: 'app' }],
    });
    const { workspace, isNew } = await resolveWorkspace(ports, remote);
    await saySomething(workspace.id);
    assert.equal(isNew, true);
    const other = await open({ folders: [makeFolder(at('app'))] });
    assert.deepEqual(other.candidates, []);
    assert.equal((await resolveWorkspace(ports, remote)).workspace.id, workspace.id);
  });
});

describe('fingerprint', () => {
  let root: string;
  beforeEach(() => {
    root = scratch();
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('runs no git in a folder the user does not trust', async () => {
    const repository = mkdtempSync(join(root, 'r'));
    execFileSync('git', ['-C', repository, 'init', '-q']);
    execFileSync('git', [
      '-C',
      repository,
      '-c',
      'user.name=me',
      '-c',
      'user.email=m@e.org',
      'commit',
      '-qm',
      'x',
      '--allow-empty',
    ]);
    assert.match((await fingerprintOf(repository, { git: true }))?.gitRoot ?? '', /^[0-9a-f]{40}$/);
    assert.equal((await fingerprintOf(repository, { git: false }))?.gitRoot, undefined);
  });

  it('of a shallow clone has no first commit, which would change with its depth', async () => {
    const repository = mkdtempSync(join(root, 'r'));
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', repository, '-c', 'user.name=me', '-c', 'user.email=m@e.org', ...args]);
    git('init', '-q');
    for (const message of ['one', 'two']) git('commit', '-qm', message, '--allow-empty');
    execFileSync('git', [
      'clone',
      '-q',
      '--depth',
      '1',
      pathToFileURL(repository).href,
      join(root, 'shallow'),
    ]);
    assert.equal((await fingerprintOf(join(root, 'shallow'), { git: true }))?.gitRoot, undefined);
  });

  it('of a repository without a commit, and of a broken one, is that of a folder', async () => {
    const [empty, broken] = [mkdtempSync(join(root, 'e')), mkdtempSync(join(root, 'b'))];
    execFileSync('git', ['-C', empty, 'init', '-q']);
    writeFileSync(join(broken, '.git'), 'nonsense');
    for (const path of [empty, broken]) {
      const print = await fingerprintOf(path, { git: true });
      assert.deepEqual(Object.keys(print ?? {}).sort(), ['birthTimeMs', 'folderName', 'inode']);
    }
  });

  it('of nothing is nothing', async () => {
    assert.equal(await fingerprintOf(join(root, 'none'), { git: true }), undefined);
  });
});
