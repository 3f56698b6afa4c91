import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../src/client/client.ts';
import type { SessionEvent } from '../../../src/protocol/turnEvents.ts';
import { answer } from '../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { type BridgeProcess, startBridgeProcess } from './processes.ts';
import { bearer, call, discoveries, freePorts } from './support.ts';

const workspaceId = '11111111-1111-4111-8111-111111111111';

describe('bridge: when the machine sleeps and wakes', function () {
  if (process.platform === 'win32') return;
  this.timeout(60_000);
  let stateDir: string;
  let fake: FakeAnthropic;
  const windows: BridgeProcess[] = [];
  before(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'causeway-sleep-'));
    fake = await startFakeAnthropic();
    const port = await freePorts();
    const { url, key } = fake;
    for (let n = 0; n < 2; n++)
      windows.push(
        await startBridgeProcess({ stateDir, port, workspaceId, folder: stateDir, fake: { url, key } }),
      );
  });
  after(async () => {
    for (const { pid } of windows) process.kill(pid, 'SIGCONT');
    await Promise.all(windows.map((window) => window.kill('SIGKILL')));
    await fake.close();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const target = (window: BridgeProcess | undefined) => {
    const found = discoveries(stateDir).find(({ pid }) => pid === window?.pid);
    assert.ok(found);
    return { url: `http://127.0.0.1:${found.port}`, token: found.ownerToken };
  };

  it('a turn that streams goes on to its end, which is told once in each window, and the next one is asked as before', async () => {
    const [first, second] = windows;
    const one = target(first);
    const two = target(second);
    const { id } = await connect(one).sessions.create();
    const heard: SessionEvent[] = [];
    const ends = () => heard.filter(({ type }) => type === 'turn.ended');
    const stream = await fetch(`${two.url}/v1/sessions/${id}/events`, { headers: bearer(two.token) });
    assert.equal(stream.status, 200);
    const listening = (async () => {
      let text = '';
      for await (const chunk of stream.body ?? []) {
        text += Buffer.from(chunk).toString();
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
          text = text.slice(end + 2);
          if (data !== undefined) heard.push(JSON.parse(data));
        }
        if (ends().length === 2) return;
      }
    })();

    fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const asked = call(one, 'POST', `/v1/sessions/${id}/turns`, { text: 'Count.' });
    await fake.gate.arrived();
    for (const { pid } of windows) process.kill(pid, 'SIGSTOP');
    // What upstream says meanwhile waits in the system, and who asks hears nothing.
    fake.gate.step(3);
    for (const { url } of [one, two])
      await assert.rejects(fetch(`${url}/health`, { signal: AbortSignal.timeout(1_000) }), {
        name: 'TimeoutError',
      });
    for (const { pid } of windows) process.kill(pid, 'SIGCONT');

    const answered = await asked;
    assert.deepEqual(
      [answered.status, answered.body.outcome, answered.body.text],
      [200, 'done', 'one two three'],
    );
    fake.enqueue(answer('four'));
    const next = await call(two, 'POST', `/v1/sessions/${id}/turns`, { text: 'And then?' });
    assert.deepEqual([next.status, next.body.text], [200, 'four']);
    await listening;
    const { entries } = await connect(one).sessions.get(id);
    const outcomes = entries.flatMap((entry) => (entry.kind === 'assistant' ? [entry.outcome] : []));
    assert.deepEqual(outcomes, ['done', 'done']);
    assert.equal(new Set(ends().map((event) => 'turnId' in event && event.turnId)).size, 2);
    assert.deepEqual(
      windows.map(({ state }) => state.role),
      ['owner', 'attached'],
    );
  });
});
