import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../src/client/client.ts';
import { connectToFolder } from '../../../src/client/discovery.ts';
import type { Entry } from '../../../src/protocol/entries.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { type BridgeProcess, startBridgeProcess } from './processes.ts';
import { call, discoveries, freePorts } from './support.ts';

const workspaceId = '11111111-1111-4111-8111-111111111111';

describe('bridge: after a crash', function () {
  this.timeout(60_000);
  let stateDir: string;
  let fake: FakeAnthropic;
  let port: number;
  let bridge: BridgeProcess | undefined;
  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'causeway-crash-'));
    fake = await startFakeAnthropic();
    port = await freePorts();
  });
  afterEach(async () => {
    await bridge?.kill('SIGKILL');
    await fake.close();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const start = async () => {
    const { url, key } = fake;
    bridge = await startBridgeProcess({ stateDir, port, workspaceId, folder: stateDir, fake: { url, key } });
    const token = discoveries(stateDir).find((one) => one.pid === bridge?.pid)?.ownerToken ?? '';
    return { bridge, target: { url: `http://127.0.0.1:${bridge.state.port}`, token } };
  };

  it('threat 22: whatever a script was told is there after the bridge was killed, and each turn has one end', async () => {
    const acknowledged: string[] = [];
    let sessionId = '';
    for (let round = 0; round < 4; round++) {
      const { bridge, target } = await start();
      assert.equal(bridge.state.port, port, 'the killed one’s port is free for its successor');
      if (sessionId === '') sessionId = (await connect(target).sessions.create()).id;
      let answers = 0;
      const most = 2 + round;
      for (;;) {
        const asked = call(target, 'POST', `/v1/sessions/${sessionId}/turns`, { text: `Round ${round}.` });
        if (answers === most) {
          // At some moment of a turn that has begun.
          const turns = fake.requests.filter((one) => one.path === '/v1/messages').length;
          await Promise.race([fake.received(turns + 1), asked.catch(() => undefined)]);
          await bridge.kill('SIGKILL');
          const got = await asked.catch(() => undefined);
          if (got?.status === 200) acknowledged.push(got.body.entry.id);
          break;
        }
        const got = await asked;
        assert.equal(got.status, 200);
        acknowledged.push(got.body.entry.id);
        answers++;
      }
    }
    const { target } = await start();
    const entries = await endedEntries(target, sessionId);
    const ids = new Set(entries.map((entry) => entry.id));
    assert.deepEqual(
      acknowledged.filter((id) => !ids.has(id)),
      [],
    );
    for (const user of entries.filter((entry) => entry.kind === 'user')) {
      const ends = entries.filter((entry) => entry.kind === 'assistant' && entry.turnId === user.turnId);
      assert.equal(ends.length, 1);
    }
    const after = await call(target, 'POST', `/v1/sessions/${sessionId}/turns`, { text: 'And now?' });
    assert.deepEqual([after.status, after.body.outcome], [200, 'done']);
  });

  /** The entries of a session once every turn in it has ended. */
  async function endedEntries(target: { url: string; token: string }, id: string): Promise<Entry[]> {
    const entries: Entry[] = [];
    const open = new Set<string>();
    const { session } = await connect(target).sessions.get(id);
    for await (const event of connect(target).sessions.events(session.id, { after: 0 })) {
      if (event.type !== 'entry.appended') continue;
      const { entry } = event;
      entries.push(entry);
      if (entry.kind === 'user') open.add(entry.turnId);
      if (entry.kind === 'assistant') open.delete(entry.turnId);
      if (open.size === 0 && entries.filter((one) => one.kind === 'user').length === accepted())
        return entries;
    }
    throw new Error('The stream ended.');
  }

  /** Inputs that reached the model, so that were stored before. */
  const accepted = () => fake.requests.filter((one) => one.path === '/v1/messages').length;

  it('threat 24: damaged and foreign files among those of bridges are passed over, and the bridge starts', async () => {
    const folder = join(stateDir, 'bridges');
    mkdirSync(folder, { mode: 0o700 });
    const whole = {
      ...{ port, pid: process.pid, startedAt: 1, workspaceId, workspaceName: 'x', folders: [stateDir] },
      ...{ ownerToken: 'x'.repeat(43), role: 'owner' },
    };
    const damaged: [string, string | Uint8Array][] = [
      ['empty.json', ''],
      ['half.json', JSON.stringify(whole).slice(0, 60)],
      ['zeros.json', new Uint8Array(300)],
      ['noise.json', new Uint8Array(300).map((_, index) => (index * 7919) % 256)],
      ['list.json', '[]'],
      ['deep.json', '['.repeat(100_000)],
      ['port.json', JSON.stringify({ ...whole, port: 619009 })],
      ['pid.json', JSON.stringify({ ...whole, pid: 'x' })],
      ['token.json', JSON.stringify({ ...whole, ownerToken: '' })],
      ['draft.json.tmp', JSON.stringify(whole)],
    ];
    for (const [name, content] of damaged) writeFileSync(join(folder, name), content, { mode: 0o600 });
    // One that others may read was not written by a bridge of ours.
    writeFileSync(join(folder, 'open.json'), JSON.stringify(whole), { mode: 0o644 });
    symlinkSync('/etc/passwd', join(folder, 'link.json'));
    symlinkSync(join(folder, 'gone'), join(folder, 'dangling.json'));
    mkdirSync(join(folder, 'folder.json'), { mode: 0o700 });
    writeFileSync(join(folder, 'endless.json'), `"${'x'.repeat(1024 * 1024)}"`, { mode: 0o600 });
    const { bridge, target } = await start();
    assert.deepEqual([bridge.state.role, bridge.state.port], ['owner', port]);
    assert.equal((await call(target, 'GET', '/v1/sessions')).status, 200);
    assert.ok(readdirSync(folder).includes('half.json'), 'what cannot be read is left as it is');
    const found = await connectToFolder({ stateDir, folder: stateDir });
    assert.equal(found?.url, target.url);
  });
});
