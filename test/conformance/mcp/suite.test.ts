import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMcpFixture } from '../../support/mcp/server.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const suite = fileURLToPath(
  new URL('../../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
);

describe('mcp: the conformance suite', function () {
  this.timeout(60_000);
  let test: TestBridge;
  let fixture: Awaited<ReturnType<typeof startMcpFixture>>;
  let folder: string;
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message);
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'causeway-mcp-'));
    test = await startTestBridge();
    fixture = await startMcpFixture(test.core.engine, test.users.clients, {
      info: log,
      warn: log,
      error: log,
    });
  });
  after(async () => {
    await fixture.close();
    await test.close();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const revision of ['2026-07-28', '2025-11-25'])
    it(`finds every required scenario of ${revision} fulfilled`, async () => {
      const { code, output } = await new Promise<{ code: number | string; output: string }>((resolve) => {
        execFile(
          process.execPath,
          [suite, 'server', '--url', fixture.url, '--requirements', revision],
          { cwd: folder, timeout: 50_000, maxBuffer: 32 * 1024 * 1024 },
          (error, stdout, stderr) =>
            resolve({ code: error ? (error.code ?? 'ended') : 0, output: `${stdout}\n${stderr}` }),
        );
      });
      assert.equal(code, 0, `${output}\n${logged.join('\n')}`);
    });
});
