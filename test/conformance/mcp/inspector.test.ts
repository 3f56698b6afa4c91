import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answer } from '../../support/anthropic/script.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const inspector = fileURLToPath(
  new URL(
    '../../../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
    import.meta.url,
  ),
);

describe('mcp: the inspector’s command line', function () {
  this.timeout(30_000);
  let test: TestBridge;
  /** The inspector keeps servers and tokens in the home folder. */
  let home: string;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'causeway-mcp-'));
    test = await startTestBridge();
  });
  after(async () => {
    await test.close();
    rmSync(home, { recursive: true, force: true });
  });
  const inspect = (token: string, ...args: string[]) =>
    new Promise<{ code: number | string; stdout: string; stderr: string }>((resolve) => {
      execFile(
        process.execPath,
        [
          inspector,
          '--cli',
          `${test.url}/mcp`,
          '--transport',
          'http',
          '--header',
          `Authorization: Bearer ${token}`,
          ...args,
        ],
        { timeout: 25_000, cwd: home, env: { ...process.env, HOME: home, USERPROFILE: home } },
        (error, stdout, stderr) => resolve({ code: error ? (error.code ?? 'ended') : 0, stdout, stderr }),
      );
    });

  it('lists the tools', async () => {
    const { code, stdout, stderr } = await inspect(test.token, '--method', 'tools/list');
    assert.equal(code, 0, stderr);
    const { tools } = JSON.parse(stdout) as { tools: { name: string }[] };
    assert.deepEqual(tools.map(({ name }) => name).sort(), [
      'ask',
      'list_sessions',
      'read_context',
      'recall',
      'search_workspace',
    ]);
  });

  it('asks, and shows the answer', async () => {
    test.core.fake.enqueue(answer('Forty-two.'));
    const { code, stdout, stderr } = await inspect(
      test.token,
      '--method',
      'tools/call',
      '--tool-name',
      'ask',
      '--tool-arg',
      'question=How many?',
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Forty-two\./);
  });

  it('is refused without a token that is known', async () => {
    const { code, stdout } = await inspect('unknown', '--method', 'tools/list');
    assert.notEqual(code, 0);
    assert.equal(stdout, '');
  });
});
