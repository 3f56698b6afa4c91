import assert from 'node:assert/strict';
import { renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OpenFile } from '../../src/core/ports.ts';
import type { WorkspaceFiles } from '../../src/core/tools/workspace/sources.ts';
import { rootLabels } from '../../src/workers/workspaceFiles.ts';
import { workspaceFilesOnDisk } from '../../src/workspaceFilesOnDisk.ts';
import { type WorkspaceFolder, workspaceFolder } from '../support/workspaceFolder.ts';

describe('Files of the workspace, as tools see them', () => {
  let folder: WorkspaceFolder;
  let elsewhere: WorkspaceFolder;
  let roots: string[];
  let open: OpenFile[];
  let files: WorkspaceFiles;
  const signal = new AbortController().signal;

  beforeEach(() => {
    elsewhere = workspaceFolder({ 'secret.txt': 'the canary of another folder', 'sub/b.ts': 'b' });
    folder = workspaceFolder({
      'src/app.ts': 'export const app = 1;\n',
      'src/deep/inner.ts': 'export const inner = 2;\n',
      '.env': 'PASSWORD=the canary\n',
      'dist/out.js': 'built\n',
      'logs/today.log': 'noise\n',
      'hidden/a.ts': 'hidden\n',
      '.gitignore': 'dist/\n*.log\n',
      'node_modules/x/index.js': 'others\n',
      'readme.md': '# Read me\n',
      'picture.png': 'no text\0',
      'id.txt': '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n',
    });
    folder.git('init', '-q');
    roots = [folder.path];
    open = [];
    files = workspaceFilesOnDisk({
      roots: () => roots,
      excludes: () => [{ setting: 'files.exclude', globs: [{ pattern: 'hidden' }] }],
      openFiles: async () => open,
    });
  });
  afterEach(() => {
    folder.remove();
    elsewhere.remove();
  });

  const link = (name: string, target: string) => symlinkSync(target, join(folder.path, name));

  describe('threat 10: paths that lead elsewhere', () => {
    const refused: [what: string, path: string | (() => string), code: RegExp][] = [
      ['climbs', '../secret.txt', /^path_refused$/],
      ['climbs from within', 'src/../../secret.txt', /^path_refused$/],
      ['climbs with the other slash', 'src\\..\\..\\secret.txt', /^path_refused$/],
      ['climbs in code', '%2e%2e/secret.txt', /^path_refused$/],
      ['climbs in code twice', '%252e%252e%252fsecret.txt', /^path_refused$/],
      ['is absolute', () => join(elsewhere.path, 'secret.txt'), /^path_refused$/],
      ['is absolute, and in the workspace', () => join(folder.path, 'src/app.ts'), /^path_refused$/],
      ['is of another machine', '\\\\server\\share\\a.txt', /^path_refused$/],
      ['is of another machine, with slashes', '//server/share/a.txt', /^path_refused$/],
      ['is an address', () => pathToFileURL(join(elsewhere.path, 'secret.txt')).href, /^path_refused$/],
      ['is of a drive', 'C:\\Windows\\win.ini', /^path_refused$/],
      ['has a null in it', 'src/app.ts\0.png', /^path_refused$/],
      ['is of the home folder', '~/.ssh/id_rsa', /^path_refused$/],
      ['goes through a link to a file', 'link.txt', /^path_refused$/],
      ['goes through a link to a folder', 'away/secret.txt', /^path_refused$/],
      ['goes through two links', 'second/secret.txt', /^path_refused$/],
      ['is a link to nowhere', 'dangling.txt', /^file_missing$/],
      ['is not there', 'src/none.ts', /^file_missing$/],
    ];
    for (const [what, path, code] of refused)
      it(`are refused where one ${what}, by every way to use it`, async () => {
        link('link.txt', join(elsewhere.path, 'secret.txt'));
        link('away', elsewhere.path);
        link('second', join(folder.path, 'away'));
        link('dangling.txt', join(folder.path, 'gone.txt'));
        const asked = typeof path === 'string' ? path : path();
        for (const use of [
          () => files.read(asked),
          () => files.place(asked),
          () => files.list(asked, { depth: 1, most: 10, signal }),
        ])
          await assert.rejects(use, (error: Error & { code: string }) => {
            assert.match(error.code, code);
            assert.doesNotMatch(error.message, /canary/);
            return true;
          });
      });

    it('are refused where a folder becomes a link after it was looked at', async () => {
      folder.write({ 'sub/b.ts': 'inside' });
      const swapped = workspaceFilesOnDisk({
        roots: () => roots,
        excludes: () => [],
        openFiles: async () => {
          renameSync(join(folder.path, 'sub'), join(folder.path, 'was'));
          link('sub', join(elsewhere.path, 'sub'));
          return [];
        },
      });
      await assert.rejects(swapped.read('sub/b.ts'), { code: 'path_refused' });
    });

    it('are not shown where an editor names them, or a server does', async () => {
      link('link.txt', join(elsewhere.path, 'secret.txt'));
      const uri = (...parts: string[]) => pathToFileURL(join(...parts)).href;
      assert.deepEqual(
        await files.shown([
          uri(elsewhere.path, 'secret.txt'),
          uri(folder.path, 'link.txt'),
          uri(folder.path, '.env'),
          uri(folder.path, 'node_modules/x/index.js'),
          'git:/src/app.ts',
          'file://server/share/a.ts',
          uri(folder.path, 'src/app.ts'),
        ]),
        [undefined, undefined, undefined, undefined, undefined, undefined, 'src/app.ts'],
      );
    });
  });

  for (const [path, reason] of [
    ['.env', /made to hold secrets/],
    ['dist/out.js', /\.gitignore excludes it/],
    ['logs/today.log', /\.gitignore excludes it/],
    ['hidden/a.ts', /files\.exclude excludes it/],
    ['.git/config', /dependencies, history/],
    ['node_modules/x/index.js', /dependencies, history/],
    ['picture.png', /no text/],
    ['id.txt', /private key/],
  ] as const)
    it(`stay out as ${path} does, with the reason`, async () => {
      await assert.rejects(files.read(path), { code: 'file_stays_out', message: reason });
    });

  it('stay out under another name too', async () => {
    link('plain.txt', join(folder.path, '.env'));
    link('lib', join(folder.path, 'node_modules'));
    await assert.rejects(files.read('plain.txt'), { code: 'file_stays_out' });
    await assert.rejects(files.read('lib/x/index.js'), { code: 'file_stays_out' });
  });

  it('are read as an editor has them', async () => {
    const uri = pathToFileURL(join(folder.path, 'src/app.ts')).href;
    open = [{ uri, path: 'src/app.ts', languageId: 'typescript', text: 'unsaved', active: true }];
    assert.deepEqual(await files.read('src/app.ts'), { uri, path: 'src/app.ts', text: 'unsaved' });
    assert.equal((await files.read('readme.md')).text, '# Read me\n');
  });

  it('are read by their cells where they are notebooks', async () => {
    folder.write({ 'a.ipynb': JSON.stringify({ cells: [{ cell_type: 'code', source: ['print(1)'] }] }) });
    assert.equal((await files.read('a.ipynb')).text, '# Cell 1 (code)\nprint(1)');
  });

  it('are read by their cells where these have drawn pictures, which are left out', async () => {
    const outputs = [{ data: { 'image/png': 'iVBORw0KGgo'.repeat(1_000), 'text/plain': ['<Figure>'] } }];
    const cells = [{ cell_type: 'code', source: ['plot()'], outputs }];
    folder.write({
      'a.ipynb': JSON.stringify({ cells }, undefined, 1),
      'key.ipynb': JSON.stringify({ cells, metadata: { key: `-----BEGIN ${'PRIVATE'} KEY-----` } }),
    });
    assert.equal((await files.read('a.ipynb')).text, '# Cell 1 (code)\nplot()\n# Output\n<Figure>');
    await assert.rejects(files.read('key.ipynb'), { code: 'file_stays_out' });
  });

  it('are followed through a link that stays inside', async () => {
    link('short', join(folder.path, 'src/deep'));
    assert.equal((await files.read('short/inner.ts')).text, 'export const inner = 2;\n');
  });

  it('are listed level by level, without what stays out', async () => {
    const list = (path: string, depth: number, most = 50) => files.list(path, { depth, most, signal });
    assert.deepEqual(await list('', 1), {
      paths: ['.gitignore', 'id.txt', 'logs/', 'readme.md', 'src/'],
      more: false,
    });
    assert.deepEqual((await list('src', 2)).paths, ['src/app.ts', 'src/deep/', 'src/deep/inner.ts']);
    assert.deepEqual(await list('', 3, 2), { paths: ['.gitignore', 'id.txt'], more: true });
    await assert.rejects(list('dist', 1), { code: 'file_stays_out' });
    await assert.rejects(list('readme.md', 1), { code: 'file_missing' });
  });

  it('of several folders go by the folder’s name', async () => {
    roots = [folder.path, elsewhere.path];
    const [first, second] = roots.map((root) => root.split('/').at(-1));
    assert.equal((await files.read(`${second}/sub/b.ts`)).path, `${second}/sub/b.ts`);
    assert.deepEqual((await files.list('', { depth: 1, most: 50, signal })).paths.slice(-2), [
      `${second}/secret.txt`,
      `${second}/sub/`,
    ]);
    await assert.rejects(files.read('sub/b.ts'), { code: 'file_missing' });
    await assert.rejects(files.read(`${first}/../${second}/secret.txt`), { code: 'path_refused' });
  });

  it('of folders with the same name go by the folder above too, and never by the name alone', async () => {
    folder.write({ 'a/src/one.ts': 'of a', 'b/src/one.ts': 'of b', 'b/src/two.ts': '2' });
    roots = ['a', 'b'].map((name) => join(folder.path, name, 'src'));
    assert.deepEqual((await files.list('', { depth: 1, most: 50, signal })).paths, [
      'src (a)/one.ts',
      'src (b)/one.ts',
      'src (b)/two.ts',
    ]);
    const uris = roots.map((root) => pathToFileURL(join(root, 'one.ts')).href);
    const shown = await files.shown(uris);
    assert.deepEqual(shown, ['src (a)/one.ts', 'src (b)/one.ts']);
    const read = await Promise.all(shown.map((path = '') => files.read(path)));
    assert.deepEqual(
      read.map(({ uri, text }) => [uri, text]),
      [
        [uris[0], 'of a'],
        [uris[1], 'of b'],
      ],
    );
    for (const path of ['src/one.ts', 'src/two.ts', 'src'])
      await assert.rejects(files.read(path), { code: 'file_missing' });
  });

  it('of folders with the same name above them as well go by numbers', () => {
    assert.deepEqual(rootLabels(['/x/a/src', '/y/a/src', '/z/lib', '/x/b/src', '/w/src (a) 2']), [
      'src (a)',
      'src (a) 2',
      'lib',
      'src (b)',
      'src (a) 2 2',
    ]);
  });
});
