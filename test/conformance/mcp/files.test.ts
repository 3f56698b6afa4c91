import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { workspaceFilesOnDisk } from '../../../src/workspaceFilesOnDisk.ts';
import { canaries } from '../../support/canaries.ts';
import { type WorkspaceFolder, workspaceFolder } from '../../support/workspaceFolder.ts';
import { bearer, startTestBridge, type TestBridge } from '../bridge/support.ts';

const eras = { 'of the revision 2026-07-28': 'modern', 'of 2025': 'legacy' } as const;
const [token] = canaries(71).filter(({ kind }) => kind === 'github');
assert.ok(token);
const secret = token.secret;

for (const [name, era] of Object.entries(eras))
  describe(`mcp: files as resources, for a client ${name}`, function () {
    this.timeout(20_000);
    let test: TestBridge;
    let client: Client;
    let folder: WorkspaceFolder;
    let elsewhere: WorkspaceFolder;
    const open = async (bearerToken: string) => {
      const opened = new Client(
        { name: 'test', version: '1' },
        era === 'modern' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {},
      );
      const requestInit = { headers: bearer(bearerToken) };
      await opened.connect(new StreamableHTTPClientTransport(new URL('/mcp', test.url), { requestInit }));
      return opened;
    };
    before(async () => {
      elsewhere = workspaceFolder({ 'out.txt': 'the canary of another folder', 'sub/b.ts': 'the canary' });
      folder = workspaceFolder({
        'src/a b.ts': 'export const answer = 42;\n',
        'src/#odd?.ts': 'odd\n',
        'notes.md': `The token is ${secret}.\n`,
        'long.txt': 'one line of many words\n'.repeat(5_000),
        '.env': 'PASSWORD=the canary\n',
        'dist/out.js': 'the canary\n',
        '.gitignore': 'dist/\n',
        'id.txt': '-----BEGIN RSA PRIVATE KEY-----\nthe canary\n-----END RSA PRIVATE KEY-----\n',
      });
      folder.git('init', '-q');
      symlinkSync(join(elsewhere.path, 'out.txt'), join(folder.path, 'link.txt'));
      symlinkSync(elsewhere.path, join(folder.path, 'linked'));
      symlinkSync(join(folder.path, 'src/a b.ts'), join(folder.path, 'inside.ts'));
      const files = workspaceFilesOnDisk({
        roots: () => [folder.path],
        excludes: () => [],
        openFiles: async () => [],
      });
      test = await startTestBridge({
        workspaceSources: {
          files,
          history: { log: async () => [], blame: async () => [], committed: async () => '' },
          search: { search: async () => [] },
          isTrusted: () => true,
        },
      });
      client = await open(test.token);
    });
    after(async () => {
      await client.close();
      await test.close();
      folder.remove();
      elsewhere.remove();
    });
    const read = async (path: string) => {
      const { contents } = await client.readResource({ uri: `causeway://files/${path}` });
      const [content] = contents;
      assert.ok(content && 'text' in content);
      return content.text;
    };

    it('are found by a list of the folder, whose addresses can be read', async () => {
      const { resources } = await client.listResources();
      assert.ok(resources.some(({ uri }) => uri === 'causeway://files/'));
      assert.deepEqual(
        (await read('')).split('\n').map((line) => line.split('\t')[0]),
        ['.gitignore', 'id.txt', 'long.txt', 'notes.md', 'src/'],
      );
      const inside = (await read('src/')).split('\n').map((line) => line.split('\t')[1] ?? '');
      const texts = await Promise.all(
        inside.map(async (uri) => (await client.readResource({ uri })).contents[0]),
      );
      assert.deepEqual(
        texts.map((content) => content && 'text' in content && content.text),
        ['odd\n', 'export const answer = 42;\n'],
      );
    });

    it('are completed one folder at a time', async () => {
      const complete = async (value: string) => {
        const { completion } = await client.complete({
          ref: { type: 'ref/resource', uri: 'causeway://files/{+path}' },
          argument: { name: 'path', value },
        });
        return completion.values;
      };
      assert.deepEqual(await complete('s'), ['src/']);
      assert.deepEqual(await complete('src/a'), ['src/a b.ts']);
      assert.deepEqual(await complete('../'), []);
    });

    it('have their secrets masked, and are bounded', async () => {
      const notes = await read('notes.md');
      assert.match(notes, /^The token is \[secret:/);
      assert.ok(!notes.includes(secret));
      assert.match(await read('long.txt'), /more characters were left out/);
      assert.equal(await read('inside.ts'), 'export const answer = 42;\n', 'a link within is followed');
    });

    const out = [
      ...['../out.txt', '%2e%2e/out.txt', '..%2fout.txt', '%2e%2e%2fout.txt', '%252e%252e%252fout.txt'],
      ...[
        '..%5cout.txt',
        'src/..%2f..%2fout.txt',
        '%2fetc/passwd',
        '/etc/passwd',
        'file:%2f%2f%2fetc/passwd',
      ],
      ...['link.txt', 'linked/out.txt', 'linked/sub/b.ts', 'linked/', 'C:%5cout.txt', '%5c%5chost%5cshare'],
      ...['notes.md%00.txt', 'notes.md%3Ax', '.env', 'dist/out.js', 'dist/', 'id.txt', 'none.ts', '%ff'],
      ...['NOTES.MD%20%2e%2e%2f', '.git/config', 'src/%2e%2e/%2e%2e/%2e%2e/etc/passwd'],
    ];
    for (const path of out)
      it(`threat 10: ${path} is not there, and no byte of what is behind it is told`, async () => {
        const told = await read(path).then(
          (text) => text,
          (error: unknown) => String(error),
        );
        assert.doesNotMatch(told, /canary|root:|repositoryformatversion|PASSWORD=/);
        assert.ok(!told.includes(elsewhere.path) && !told.includes(folder.path), told);
        assert.match(told, /Error/);
      });

    it('threat 27: are not there for a program without the scope for files', async () => {
      const plain = await open((await test.addClient({ scopes: ['sessions:read', 'turns'] })).token);
      const { resources } = await plain.listResources();
      assert.ok(!resources.some(({ uri }) => uri.startsWith('causeway://files')));
      await assert.rejects(plain.readResource({ uri: 'causeway://files/src/a%20b.ts' }));
      await plain.close();
    });
  });
