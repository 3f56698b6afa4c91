import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import { answer } from '../../support/anthropic/script.ts';
import { startTestBridge } from '../bridge/support.ts';

const ask = {
  model: 'claude-opus-5-5',
  max_tokens: 8000,
  messages: [{ role: 'user' as const, content: 'Why?' }],
};

describe('wire: the windows behind the common port', () => {
  it('a call that names another window’s workspace streams through it, with that window’s key', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'causeway-state-'));
    const first = await startTestBridge({ stateDir });
    const second = await startTestBridge({
      stateDir,
      users: first.users,
      port: first.port,
      bridge: { workspace: { id: '22222222-2222-4222-8222-222222222222', name: 'two', folders: ['/two'] } },
    });
    try {
      second.core.fake.enqueue(answer('From the second.'));
      const sdk = new Anthropic({
        apiKey: first.token,
        baseURL: first.url,
        maxRetries: 0,
        defaultHeaders: { 'x-causeway-workspace': '/two' },
      });
      const { content } = await sdk.messages.stream(ask).finalMessage();
      assert.equal(content[0]?.type === 'text' && content[0].text, 'From the second.');
      second.core.fake.enqueue({ kind: 'error', status: 429, message: 'Slow', retryAfter: 9 });
      const failed = await sdk.messages.create(ask).catch((error: unknown) => error);
      assert.ok(failed instanceof Anthropic.RateLimitError);
      assert.equal(failed.headers?.get('retry-after'), '9');
      assert.equal(first.core.fake.requests.length, 0);
      // The command line's own token is another one at each window, and goes there in one header alone.
      const owner = new Anthropic({
        apiKey: null,
        authToken: null,
        baseURL: first.url,
        maxRetries: 0,
        defaultHeaders: { 'x-api-key': first.ownerToken(), 'x-causeway-workspace': '/two' },
      });
      second.core.fake.enqueue(answer('For the owner.'));
      assert.equal((await owner.messages.create(ask)).content[0]?.type, 'text');
    } finally {
      await second.close();
      await first.close();
      rmSync(stateDir, { recursive: true, force: true });
    }
  }).timeout(20_000);
});
