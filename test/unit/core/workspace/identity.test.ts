import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { identityOf, type OpenWindow } from '../../../../src/core/workspace/identity.ts';
import { canonicalUri, folderSet, isUnsaved, localPathOf } from '../../../../src/core/workspace/uri.ts';

describe('identity of a window', () => {
  const check = (title: string, window: OpenWindow, expected: { uri: string | RegExp; name: string }) =>
    it(title, () => {
      const { uri, name, folders } = identityOf(window);
      if (typeof expected.uri === 'string') assert.equal(uri, expected.uri);
      else assert.match(uri, expected.uri);
      assert.equal(name, expected.name);
      assert.equal(folders.length, window.folders.length);
    });
  const a = { uri: 'file:///work/a/', name: 'a' };
  const b = { uri: 'vscode-remote://wsl%2Bubuntu/work/b', name: 'b' };

  check('of one folder is the folder', { folders: [a] }, { uri: 'file:///work/a', name: 'a' });
  check(
    'of a remote folder is the folder there',
    { folders: [b] },
    { uri: 'vscode-remote://wsl%2Bubuntu/work/b', name: 'b' },
  );
  check(
    'with a workspace file is the file',
    { folders: [a, b], workspaceFile: 'file:///work/ab.code-workspace', name: 'ab (Workspace)' },
    { uri: 'file:///work/ab.code-workspace', name: 'ab (Workspace)' },
  );
  check(
    'that was not saved is what the editor calls it',
    { folders: [a, b], workspaceFile: 'untitled:1555503116870' },
    { uri: 'untitled:1555503116870', name: 'a, b' },
  );
  check(
    'of several folders without a file is the folders',
    { folders: [a, b] },
    { uri: /^causeway:folders\//, name: 'a, b' },
  );
  check('without a folder is one of its own', { folders: [] }, { uri: 'causeway:no-folder', name: '' });

  it('of the same folders in another order is the same', () => {
    assert.equal(identityOf({ folders: [a, b] }).uri, identityOf({ folders: [b, a] }).uri);
    assert.ok(isUnsaved(identityOf({ folders: [a, b] }).uri));
    assert.ok(isUnsaved('untitled:1555503116870'));
    assert.ok(!isUnsaved('file:///work/ab.code-workspace'));
  });
});

describe('canonical URI', () => {
  const check = (uri: string, expected: string) =>
    it(`of ${uri} is ${expected}`, () => {
      assert.equal(canonicalUri(uri), expected);
    });
  check('file:///', 'file:///');
  check('file:///a//', 'file:///a');
  check('file:///C:/a', 'file:///c%3A/a');
  check('file:///a%20b/%28c%29', 'file:///a%20b/(c)');
  check('file:///100%', 'file:///100%25');
  check('file://server/share/a', 'file://server/share/a');
  check('vscode-remote://ssh-remote+host/a', 'vscode-remote://ssh-remote%2Bhost/a');
  check('untitled:1555503116870', 'untitled:1555503116870');
  check('causeway:no-folder', 'causeway:no-folder');

  const segment = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((text) => !/[/\0]/.test(text));
  const path = fc
    .array(
      segment.filter((text) => text !== '.' && text !== '..'),
      { minLength: 1, maxLength: 5 },
    )
    .map((parts) => `/${parts.join('/')}`);

  it('of any path leads back to that path and does not change again', () => {
    fc.assert(
      fc.property(path, (each) => {
        const { href } = pathToFileURL(each);
        const drive = /^\/[A-Za-z]:(?=\/|$)/.exec(each);
        const uri = canonicalUri(href);
        if (!drive) assert.equal(localPathOf(href), each);
        assert.equal(canonicalUri(uri), uri);
        assert.equal(folderSet([href, uri]), folderSet([uri]));
      }),
    );
  });

  it('names nothing on this machine for what is elsewhere', () => {
    for (const uri of ['vscode-remote://host/a', 'untitled:1', 'causeway:no-folder']) {
      assert.equal(localPathOf(uri), undefined);
    }
    assert.equal(localPathOf('file:///C%3A/a'), 'c:/a');
    assert.equal(localPathOf('file://server/share/a'), '//server/share/a');
  });
});
