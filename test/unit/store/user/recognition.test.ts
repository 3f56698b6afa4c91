import assert from 'node:assert/strict';
import type { FolderFingerprint, WorkspaceIdentity } from '../../../../src/core/register.ts';
import { type Ground, groundOf } from '../../../../src/store/user/recognition.ts';
import { folder, windowOf } from './samples.ts';

describe('a folder that is gone', () => {
  const hash = 'a'.repeat(40);
  const seen: FolderFingerprint = { folderName: 'app', inode: '7', birthTimeMs: 100, gitRoot: hash };

  const check = (
    title: string,
    now: WorkspaceIdentity,
    expected: Ground | undefined,
    before: WorkspaceIdentity = folder('/old/app', seen),
    formerUris: string[] = [],
  ) =>
    it(title, () => {
      const record = { ...before, id: crypto.randomUUID(), createdAt: 1, lastOpenedAt: 1 };
      assert.equal(groundOf(now, { record, formerUris }), expected);
    });

  check(
    'is recognised by inode and birth time, whatever its name',
    folder('/new/x', { inode: '7', birthTimeMs: 100 }),
    'inode',
  );
  check(
    'is not taken for one that got its inode later',
    folder('/new/x', { inode: '7', birthTimeMs: 101 }),
    undefined,
  );
  check('is not recognised by an inode without a birth time', folder('/new/x', { inode: '7' }), undefined);
  check('is recognised by its first commit and name', folder('/new/app', { gitRoot: hash }), 'git');
  check(
    'is not recognised by its first commit under another name',
    folder('/new/x', { gitRoot: hash }),
    undefined,
  );
  check('is not recognised by its name alone', folder('/new/app'), undefined);
  check(
    'is not recognised where nothing is known of either',
    folder('/new/app'),
    undefined,
    folder('/old/app'),
  );
  check('is recognised by a place it was in before', folder('/new/x'), 'former_uri', undefined, [
    'file:///new/x',
  ]);
  check(
    'is no window of several folders',
    windowOf('file:///two.code-workspace', ['/old/app', '/b']),
    undefined,
  );
  check(
    'of several is recognised by all of them in any order',
    windowOf('file:///two.code-workspace', ['/b', '/a']),
    'folders',
    windowOf('file:///one.code-workspace', ['/a', '/b']),
  );
  check(
    'of several is not recognised by some of them',
    windowOf('file:///two.code-workspace', ['/b', '/a', '/c']),
    undefined,
    windowOf('file:///one.code-workspace', ['/a', '/b']),
  );
});
