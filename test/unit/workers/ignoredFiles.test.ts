import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Exclude } from '../../../src/core/grounding/globs.ts';
import { ignoredFiles } from '../../../src/workers/ignoredFiles.ts';

describe('What excludes a file that is open', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'causeway-ignored-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const check = (
    title: string,
    files: Record<string, string>,
    wanted: Record<string, string | undefined>,
    excludes: Exclude[] = [],
  ) =>
    it(title, async () => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      const asked = Object.keys(wanted);
      const answers = await ignoredFiles(
        asked.map((path) => join(root, path)),
        [root],
        excludes,
      );
      assert.deepEqual(Object.fromEntries(asked.map((path, index) => [path, answers[index]])), wanted);
    });

  check(
    'is .gitignore at the top and in a folder',
    { '.gitignore': '*.log\n', 'a/.gitignore': '/b.txt\n' },
    {
      'x.log': '.gitignore',
      'a/b.txt': '.gitignore',
      'a/c/b.txt': undefined,
      'b.txt': undefined,
    },
  );
  check(
    'is taken back by a later rule',
    { '.gitignore': '*.txt\n', 'a/.gitignore': '!kept.txt\n' },
    {
      'a/kept.txt': undefined,
      'a/b.txt': '.gitignore',
    },
  );
  check(
    'is not taken back below a folder that is excluded',
    { '.gitignore': 'out/\n', 'out/.gitignore': '!a.txt\n' },
    {
      'out/a.txt': '.gitignore',
    },
  );
  check(
    'is .causewayignore, which has the last word',
    { '.gitignore': 'b\n', '.causewayignore': 'a\n!b\n' },
    {
      a: '.causewayignore',
      b: undefined,
    },
  );
  check(
    'is .causewayignore also against a .gitignore below it, and not against another .causewayignore there',
    {
      '.causewayignore': '*.secret\n*.own\n',
      'a/.gitignore': '!*.secret\nb\n',
      'a/c/.causewayignore': '!*.own\n',
    },
    {
      'a/x.secret': '.causewayignore',
      'a/c/x.secret': '.causewayignore',
      'a/x.own': '.causewayignore',
      'a/c/x.own': undefined,
      'a/b': '.gitignore',
    },
  );
  check(
    'is a setting of the editor, for the folder too',
    {},
    { 'x/logs/a.txt': 'files.exclude', 'tmp/a': 'search.exclude', b: undefined },
    [
      { setting: 'files.exclude', globs: [{ pattern: '**/logs' }] },
      { setting: 'files.exclude', globs: [{ pattern: 'b' }], below: '/another/folder' },
      { setting: 'search.exclude', globs: [{ pattern: 'tmp' }] },
    ],
  );
  check(
    'is nothing for a file outside the folders',
    { '.gitignore': '*\n' },
    { '../elsewhere.txt': undefined },
  );
});
