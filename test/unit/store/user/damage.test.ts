import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sessionDatabaseFile, sidecarFile } from '../../../../src/store/user/layout.ts';
import { openUserDatabase } from '../../../../src/store/user/openUserDatabase.ts';
import { UserStore } from '../../../../src/store/user/userStore.ts';
import { folder, scratch, windowOf } from './samples.ts';

const workerUrl = new URL('../../../../src/workers/user.ts', import.meta.url);

describe('a damaged user database', () => {
  let dataFolder: string;
  let file: string;
  let now: number;
  const open: UserStore[] = [];
  const store = () => {
    const opened = new UserStore(file, () => now++);
    open.push(opened);
    return opened;
  };

  beforeEach(() => {
    dataFolder = scratch();
    file = join(dataFolder, 'user.db');
    now = 1_000_000;
  });
  afterEach(() => {
    for (const each of open.splice(0)) each.close();
    rmSync(dataFolder, { recursive: true });
  });

  /** A register with a history: a folder, a window of several, and one that was moved. */
  const fill = () => {
    const first = store();
    const print = { inode: '7', birthTimeMs: 1, gitRoot: 'a'.repeat(40) };
    const app = first.resolve(folder('/work/app', print), []).workspace;
    const both = first.resolve(
      windowOf('file:///ab.code-workspace', ['/work/app', '/work/lib']),
      [],
    ).workspace;
    const moved = first.resolve(folder('/work/old'), []).workspace;
    first.resolve(folder('/work/new'), []);
    first.reattach(moved.id, folder('/work/new'));
    const { token } = first.addClient({ name: 'my script', scopes: ['turns'] });
    first.close();
    return { app, both, moved, token };
  };
  const checkKept = (kept: ReturnType<typeof fill>, again: UserStore) => {
    const found = [
      again.resolve(folder('/work/app'), []),
      again.resolve(windowOf('file:///ab.code-workspace', ['/work/app', '/work/lib']), []),
      again.resolve(folder('/work/new'), []),
    ];
    assert.deepEqual(
      found.map(({ workspace, isNew }) => [workspace.id, isNew]),
      [
        [kept.app.id, false],
        [kept.both.id, false],
        [kept.moved.id, false],
      ],
    );
    assert.deepEqual(found[0]?.workspace.fingerprint, kept.app.fingerprint);
    assert.equal(found[2]?.related.length, 1, 'what was shown with a moved workspace still is');
  };
  const setAside = () => readdirSync(dataFolder).filter((name) => /^user\.db\.damaged-[\dTZ.-]+$/.test(name));

  const damages: [string, () => void][] = [
    ['that is no database any more', () => writeFileSync(file, 'nonsense '.repeat(500))],
    ['whose end is missing', () => truncateSync(file, 4096 + 100)],
    [
      'with pages overwritten',
      () => {
        const bytes = readFileSync(file);
        bytes.fill(0xff, 4096, bytes.length);
        writeFileSync(file, bytes);
      },
    ],
    [
      'with a row that was never written so',
      () => {
        const db = new DatabaseSync(file);
        db.exec("UPDATE workspace SET folders = 'no list'");
        db.close();
      },
    ],
  ];
  for (const [what, damage] of damages) {
    it(`${what} is set aside with its name, and every workspace finds its sessions`, () => {
      const kept = fill();
      damage();
      const damaged = readFileSync(file);
      const again = store();
      checkKept(kept, again);
      const [name = ''] = setAside();
      assert.equal(setAside().length, 1);
      assert.deepEqual(readFileSync(join(dataFolder, name)).subarray(0, 4096), damaged.subarray(0, 4096));
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const [notice] = again.status().notices;
      assert.equal(notice?.code, 'register_rebuilt');
      assert.ok(notice?.message.includes(name), notice?.message);
    });
  }

  it('lets in no token that may have been revoked, and still lists its client', () => {
    const { token } = fill();
    const db = new DatabaseSync(file);
    db.exec("UPDATE workspace SET folders = 'no list'");
    db.close();
    const again = store();
    assert.equal(again.findClient(token)?.name, 'my script', 'clients alone are not what is damaged');
    again.workspaces();
    assert.equal(again.findClient(token), undefined);
    assert.deepEqual(
      again.clients().map(({ name, revokedAt }) => [name, revokedAt !== undefined]),
      [['my script', true]],
    );
  });

  it('that is gone altogether is rebuilt when its sidecars are there', () => {
    const kept = fill();
    unlinkSync(file);
    const again = store();
    checkKept(kept, again);
  });

  it('forgets no database of sessions, even one whose sidecar is lost', () => {
    fill();
    const lost = crypto.randomUUID();
    writeFileSync(sessionDatabaseFile(dataFolder, lost), '');
    writeFileSync(sidecarFile(dataFolder, lost), '{"broken":');
    writeFileSync(file, 'nonsense '.repeat(500));
    assert.ok(
      store()
        .workspaces()
        .some(({ id }) => id === lost),
    );
  });

  it('is repaired once when several processes find it at the same moment', async () => {
    const kept = fill();
    writeFileSync(file, 'nonsense '.repeat(500));
    const windows = Array.from({ length: 4 }, () => openUserDatabase({ file, workerUrl }));
    try {
      const found = await Promise.all(
        windows.map(({ workspaces }) => workspaces.resolve(folder('/work/app'), [])),
      );
      assert.deepEqual(new Set(found.map(({ workspace }) => workspace.id)), new Set([kept.app.id]));
      assert.equal(setAside().length, 1);
    } finally {
      await Promise.all(windows.map((window) => window.close()));
    }
  });

  it('is noticed by a process that had it open when another repaired it', () => {
    const kept = fill();
    const first = store();
    first.workspaces();
    const second = store();
    const db = new DatabaseSync(file);
    db.exec("UPDATE workspace SET folders = 'no list'");
    db.close();
    const other = second.resolve(folder('/work/other'), []).workspace;
    assert.ok(first.workspaces().some(({ id }) => id === other.id));
    const { workspace } = first.resolve(folder('/work/later'), []);
    assert.ok(second.workspaces().some(({ id }) => id === workspace.id));
    checkKept(kept, first);
  });

  it('that somebody deleted while it was open is not written to any more', () => {
    fill();
    const first = store();
    first.workspaces();
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
    const { id } = store().resolve(folder('/work/other'), []).workspace;
    assert.ok(first.workspaces().some((workspace) => workspace.id === id));
  });

  it('that cannot be set aside fails with words, and touches nothing', () => {
    mkdirSync(file);
    assert.throws(() => store().workspaces(), { code: 'register_unavailable' });
    assert.ok(statSync(file).isDirectory());
  });
});

describe('a user database of another version', () => {
  let dataFolder: string;
  let file: string;
  beforeEach(() => {
    dataFolder = scratch();
    file = join(dataFolder, 'user.db');
  });
  afterEach(() => rmSync(dataFolder, { recursive: true }));

  it('that is newer opens read-only: what is known works, what is new is refused with words', () => {
    const first = new UserStore(file);
    const known = first.resolve(folder('/work/app'), []).workspace;
    const { client, token } = first.addClient({ name: 'my script', scopes: ['turns'] });
    first.close();
    const db = new DatabaseSync(file);
    db.exec('ALTER TABLE workspace ADD COLUMN colour TEXT; PRAGMA user_version = 99');
    db.close();
    const before = readFileSync(file);

    const older = new UserStore(file);
    const refused = { code: 'register_read_only' };
    assert.equal(older.status().mode, 'read_only');
    assert.equal(older.resolve(folder('/work/app'), []).workspace.id, known.id);
    assert.equal(older.findClient(token)?.id, client.id);
    assert.throws(() => older.resolve(folder('/work/new'), []), refused);
    assert.throws(() => older.reattach(known.id, folder('/work/new')), refused);
    assert.throws(() => older.addClient({ name: 'x', scopes: ['turns'] }), refused);
    assert.throws(() => older.revokeClient(client.id), refused);
    older.close();
    assert.deepEqual(readFileSync(file), before);
  });
});

describe('files of the user database', () => {
  it('are for the user alone, whatever the mask is', () => {
    const root = scratch();
    const mask = process.umask(0);
    try {
      const dataFolder = join(root, 'data');
      mkdirSync(dataFolder);
      const store = new UserStore(join(dataFolder, 'user.db'));
      store.resolve(folder('/work/app'), []);
      const modes = readdirSync(dataFolder, { recursive: true, withFileTypes: true }).map((found) => {
        const mode = (statSync(join(found.parentPath, found.name)).mode & 0o777).toString(8);
        return `${found.name.replace(/^[0-9a-f-]{36}/, 'id')} ${mode}`;
      });
      store.close();
      assert.equal((statSync(dataFolder).mode & 0o777).toString(8), '700');
      assert.deepEqual(modes.sort(), [
        'id.json 600',
        'user.db 600',
        'user.db-shm 600',
        'user.db-wal 600',
        'workspaces 700',
      ]);
    } finally {
      process.umask(mask);
      rmSync(root, { recursive: true });
    }
  });
});
