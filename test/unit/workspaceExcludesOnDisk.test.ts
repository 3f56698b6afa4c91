import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workspaceExcludes } from '../../src/workspaceExcludesOnDisk.ts';

describe('What the settings of a folder hide', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'causeway-excludes-'));
    mkdirSync(join(root, '.vscode'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const check = (title: string, settings: string, wanted: Record<string, unknown[]>) =>
    it(title, () => {
      writeFileSync(join(root, '.vscode', 'settings.json'), settings);
      const found = workspaceExcludes([root]);
      assert.ok(found.every(({ below }) => below === root));
      assert.deepEqual(Object.fromEntries(found.map(({ setting, globs }) => [setting, globs])), wanted);
    });

  check(
    'is read with comments and last commas, and without what is switched off',
    `{
      // "search.exclude": { "in/a/comment": true },
      "files.exclude": { "**/customers/**": true, "shown": false, /* two // kinds */ },
      "search.exclude": { "**/*.js": { "when": "$(basename).ts" }, "http://b,]": true },
    }`,
    {
      'files.exclude': [{ pattern: '**/customers/**' }],
      'search.exclude': [{ pattern: '**/*.js', sibling: '$(basename).ts' }, { pattern: 'http://b,]' }],
    },
  );
  check('is nothing where they cannot be read', '{ "files.exclude": ', {
    'files.exclude': [],
    'search.exclude': [],
  });
  check(
    'is what is well said beside what is not',
    '{ "files.exclude": { "a": 3, "b": true }, "search.exclude": 1 }',
    {
      'files.exclude': [{ pattern: 'b' }],
      'search.exclude': [],
    },
  );

  it('is nothing in a folder without settings', () => {
    rmSync(join(root, '.vscode'), { recursive: true });
    assert.ok(workspaceExcludes([root]).every(({ globs }) => globs.length === 0));
  });
});
