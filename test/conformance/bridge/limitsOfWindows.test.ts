import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientScopes } from '../../../src/core/register.ts';
import { openUserDatabase } from '../../../src/store/user/openUserDatabase.ts';
import { startFakeAnthropic } from '../../support/anthropic/server.ts';
import { workerUrl } from '../../support/core.ts';
import { type BridgeProcess, startBridgeProcess } from './processes.ts';
import { bearer, freePorts } from './support.ts';

describe('bridge: limits over windows that are processes of their own', function () {
  this.timeout(40_000);

  it('threat 26: hold exactly while all are asked at once, and outlive a window that is killed in the middle of a call', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'causeway-limits-'));
    const fake = await startFakeAnthropic();
    const users = openUserDatabase({ file: join(stateDir, 'user.db'), workerUrl: workerUrl('user') });
    const windows: BridgeProcess[] = [];
    try {
      const port = await freePorts();
      for (const n of [1, 2]) {
        const workspaceId = `${n}`.repeat(8).concat('-1111-4111-8111-111111111111');
        const options = { stateDir, port, workspaceId, folder: `/work/${n}` };
        windows.push(await startBridgeProcess({ ...options, fake: { url: fake.url, key: fake.key } }));
      }
      const ports = windows.map(({ state }) => state.port);
      const added = await users.clients.add({
        name: 'busy',
        scopes: [...clientScopes],
        limits: { requestsPerMinute: 40 },
      });
      const list = async (at: number | undefined) => {
        const answer = await fetch(`http://127.0.0.1:${at}/v1/sessions`, { headers: bearer(added.token) });
        await answer.text();
        return answer.status;
      };
      const statuses = await Promise.all(Array.from({ length: 120 }, (_, n) => list(ports[n % 2])));
      assert.equal(statuses.filter((status) => status === 200).length, 40);
      assert.equal(statuses.filter((status) => status === 429).length, 80);

      const { token, client } = await users.clients.add({
        name: 'one at a time',
        scopes: ['models'],
        limits: { parallel: 1, usdPerDay: 0.05 },
      });
      const body = {
        model: 'claude-opus-5-5',
        max_tokens: 100,
        messages: [{ role: 'user', content: 'Why?' }],
      };
      const send = (at: number | undefined, stream = false) =>
        fetch(`http://127.0.0.1:${at}/v1/messages`, {
          method: 'POST',
          headers: {
            ...bearer(token),
            'content-type': 'application/json',
            'anthropic-version': '2023-06-01',
          },
          body: JSON.stringify({ ...body, stream }),
        });
      fake.enqueue({ kind: 'drip', text: 'Slow answer.', gated: true });
      const lost = send(ports[1], true)
        .then((answer) => answer.text())
        .catch(() => undefined);
      await fake.gate.arrived();
      const refused = await send(ports[0]);
      assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1']);
      await windows[1]?.kill('SIGKILL');
      await lost;
      // Its place is free; what its call may have cost, about a cent, is not.
      assert.equal((await send(ports[0])).status, 200);
      const nothing = { used: {}, returned: {}, need: {}, wish: {} };
      const { left } = await users.limits.exchange({ clientId: client.id, ...nothing });
      assert.ok((left.find(({ kind }) => kind === 'money')?.left ?? 50_000) < 40_000);
    } finally {
      await Promise.all(windows.map((one) => one.kill('SIGKILL')));
      await users.close();
      await fake.close();
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});
