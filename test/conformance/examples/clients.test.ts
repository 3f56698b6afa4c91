/** The programs in `examples/` as somebody runs them who copies them: each in a process of its own against a real bridge. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plainText } from '../../../src/protocol/content.ts';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';
import { openCli } from '../cli/support.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const example = (name: string) => join(root, 'examples', 'clients', name);
const inspector = join(root, 'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const hasPython = spawnSync('python3', ['--version']).status === 0;
const hasModule = (name: string) => spawnSync('python3', ['-c', `import ${name}`]).status === 0;

interface Done {
  code: number | string;
  stdout: string;
  stderr: string;
}

describe('examples: programs that use the bridge', function () {
  this.timeout(60_000);
  let test: TestBridge;
  let folder: string;
  before(async () => {
    test = await startTestBridge();
    folder = mkdtempSync(join(tmpdir(), 'causeway-examples-'));
  });
  after(async () => {
    await test.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (command: string, args: string[], more: Record<string, string> = {}, cwd = folder) =>
    new Promise<Done>((resolve) => {
      const env = {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        NO_PROXY: '*',
        CAUSEWAY_URL: test.url,
        CAUSEWAY_TOKEN: test.token,
        ...more,
      };
      execFile(command, args, { cwd, env, timeout: 50_000 }, (error, stdout, stderr) =>
        resolve({ code: error ? (error.code ?? 'ended') : 0, stdout, stderr }),
      );
    });
  const says = (...texts: string[]) => test.core.fake.enqueue(...texts.map(answer));
  const newest = async () => (await test.core.store.list({ limit: 1 }))[0] ?? assert.fail();
  const sent = () => JSON.stringify(test.core.fake.requests.at(-1)?.body);

  it('curl: ask.sh asks in a session of its own and prints the events, whatever stands in the question', async () => {
    says('By curl.');
    const question = 'Is "a\\b" one\nline?\tYes';
    const { code, stdout, stderr } = await run('sh', [example('ask.sh'), question]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"type":"turn\.text".*By curl|By.*curl\./s);
    assert.match(stdout, /"type":"turn\.ended"/);
    assert.equal((await newest()).title, 'Asked by a script');
    assert.ok(sent().includes(JSON.stringify(question).slice(1, -1)), sent());
  });

  it('curl: ask.sh fails with the words of the bridge where its token is not known', async () => {
    const { code, stdout } = await run('sh', [example('ask.sh')], { CAUSEWAY_TOKEN: 'unknown' });
    assert.notEqual(code, 0);
    assert.doesNotMatch(stdout, /turn\./);
  });

  it('TypeScript: ask.ts streams a turn, and goes on in the same session the next time', async () => {
    says('First answer.', 'Second answer.');
    const first = await run(process.execPath, [example('ask.ts'), 'First?']);
    assert.equal(first.code, 0, first.stderr);
    const second = await run(process.execPath, [example('ask.ts'), 'Second?']);
    const session = /done in session (\S+)/;
    assert.match(first.stdout, /^First answer\.\ndone in session /);
    assert.match(second.stdout, /^Second answer\./);
    assert.equal(session.exec(first.stdout)?.[1], session.exec(second.stdout)?.[1]);
  });

  it('TypeScript: ask.ts says in one line why it could not ask', async () => {
    const { code, stderr } = await run(process.execPath, [example('ask.ts')], {
      CAUSEWAY_URL: 'http://127.0.0.1:9',
    });
    assert.deepEqual([code, stderr.split('\n').length], [1, 2]);
    assert.match(stderr, /^bridge_unreachable: /);
  });

  it('TypeScript: tools.ts answers the calls of the model, also with an error, and all of it is in the session', async () => {
    test.core.fake.enqueue(
      toolCall('toolu_1', 'in_stock', { article: 'bolts' }),
      toolCall('toolu_2', 'in_stock', { article: 'screws' }),
      answer('Order nuts.'),
    );
    const { code, stdout, stderr } = await run(process.execPath, [example('tools.ts')]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\[in_stock \{"article":"bolts"\}\][\s\S]*Order nuts\.\nend_turn in session/);
    const id = /in session (\S+)/.exec(stdout)?.[1] ?? assert.fail();
    const results = (await test.core.store.path(id)).flatMap((entry) =>
      entry.kind === 'tool_result' ? entry.results : [],
    );
    assert.match(JSON.stringify(results), /"12".*Known articles: bolts, nuts\..*"is_error":true/);
    // Each answer to results is a turn of its own, without words of the user's.
    const asked = (await test.core.store.path(id)).flatMap((entry) =>
      entry.kind === 'user' ? [plainText(entry.content)] : [],
    );
    assert.deepEqual(asked, ['What do we have to order?', '', '']);
  });

  describe('the git hook', () => {
    let repository: string;
    const git = async (...args: string[]) => {
      const done = await run('git', args, { GIT_EDITOR: 'true', GIT_CONFIG_NOSYSTEM: '1' }, repository);
      assert.equal(done.code, 0, done.stderr);
      return done;
    };
    before(async () => {
      repository = join(folder, 'repository');
      mkdirSync(repository);
      await git('init', '--quiet');
      await git('config', 'user.email', 'a@example.com');
      await git('config', 'user.name', 'A');
      const hook = join(repository, '.git', 'hooks', 'prepare-commit-msg');
      mkdirSync(join(repository, '.git', 'hooks'), { recursive: true });
      copyFileSync(example('prepare-commit-msg'), hook);
      chmodSync(hook, 0o755);
    });
    const change = async (text: string) => {
      writeFileSync(join(repository, 'a.txt'), text);
      await git('add', '.');
    };

    it('drafts the message of a commit from what is staged', async () => {
      says('Add the first line\n\nIt was missing.');
      await change('The staged words.\n');
      await git('commit', '--quiet');
      const { stdout } = await git('log', '-1', '--format=%B');
      assert.equal(stdout.trim(), 'Add the first line\n\nIt was missing.');
      assert.match(sent(), /The staged words\./);
    });

    it('leaves a message alone that there is', async () => {
      await change('Other words.\n');
      const before = test.core.fake.requests.length;
      await git('commit', '--quiet', '-m', 'Mine');
      assert.equal((await git('log', '-1', '--format=%B')).stdout.trim(), 'Mine');
      assert.equal(test.core.fake.requests.length, before);
    });

    it('lets the commit go on where the bridge is not there', async () => {
      const hook = join(repository, '.git', 'hooks', 'prepare-commit-msg');
      const message = join(folder, 'message');
      await change('More words.\n');
      writeFileSync(message, '# comment\n');
      const done = await run(hook, [message], { CAUSEWAY_URL: 'http://127.0.0.1:9' }, repository);
      assert.equal(done.code, 0);
      assert.match(done.stderr, /No draft of the message/);
      assert.equal(readFileSync(message, 'utf8'), '# comment\n');
    });
  });

  it('an MCP client: the inspector lists the tools by the address in http.json', async () => {
    const source = readFileSync(join(root, 'examples', 'mcp', 'http.json'), 'utf8');
    const config = join(folder, 'mcp.json');
    const here = source.replace('http://127.0.0.1:61900', test.url).replace(`\${CAUSEWAY_TOKEN}`, test.token);
    assert.notEqual(here, source);
    writeFileSync(config, here);
    const args = ['--cli', '--config', config, '--server', 'causeway', '--method', 'tools/list'];
    const { code, stdout, stderr } = await run(process.execPath, [inspector, ...args]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"search_workspace"/);
  });

  it('an MCP client: the inspector starts causeway by mcp.json, and lists the tools', async () => {
    const cli = await openCli();
    try {
      const {
        command,
        args: [program = ''],
      } = cli.programOf([]);
      const bin = join(folder, 'bin');
      mkdirSync(bin);
      writeFileSync(join(bin, 'causeway'), `#!/bin/sh\nexec '${command}' '${program}' "$@"\n`, {
        mode: 0o755,
      });
      const source = readFileSync(join(root, 'examples', 'mcp', 'mcp.json'), 'utf8');
      const { mcpServers } = JSON.parse(source.replace('/path/to/your/project', cli.folder));
      mcpServers.causeway.env = { CAUSEWAY_STATE_DIR: cli.stateDir };
      const config = join(folder, 'stdio.json');
      writeFileSync(config, JSON.stringify({ mcpServers }));
      const args = ['--cli', '--config', config, '--server', 'causeway', '--method', 'tools/list'];
      const env = { PATH: `${bin}:${process.env.PATH}` };
      const { code, stdout, stderr } = await run(process.execPath, [inspector, ...args], env);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /"search_workspace"/);
    } finally {
      await cli.close();
    }
  });

  if (hasPython)
    for (const name of ['anthropic', 'openai']) {
      it(`Python: ${name}_sdk.py can be read by Python`, async () => {
        const code = `import ast, sys; ast.parse(open(sys.argv[1]).read())`;
        const done = await run('python3', ['-c', code, example(`${name}_sdk.py`)]);
        assert.equal(done.code, 0, done.stderr);
      });

      if (hasModule(name))
        it(`Python: ${name}_sdk.py makes a plain call and one in a session`, async () => {
          says('Hello.', 'Of nothing yet.');
          const { code, stdout, stderr } = await run('python3', [example(`${name}_sdk.py`)]);
          assert.equal(code, 0, stderr);
          assert.match(stdout, /^Hello\.\nOf nothing yet\.\nsession [0-9a-f-]{36}\n$/);
        });
    }
});
