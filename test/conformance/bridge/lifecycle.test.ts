import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../../src/client/client.ts';
import { freePorts, openSocket, startTestBridge } from './support.ts';

describe('bridge: starting and stopping', function () {
  this.timeout(20_000);

  it('stopping ends open streams and idle connections, stops their turns, and takes the discovery file away', async () => {
    const test = await startTestBridge();
    const { port } = test;
    const client = connect({ url: test.url, token: test.token });
    const { id } = await client.sessions.create();
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const ended = test.core.event('turn.ended');
    const started = test.core.event('turn.started');
    const broken = assert.rejects(
      async () => {
        for await (const event of client.turn(id, { text: 'Count.' })) void event;
      },
      { code: 'stream_truncated' },
    );
    await started;
    const idle = await openSocket(port);
    const idleClosed = new Promise<void>((resolve) => idle.on('close', () => resolve()).resume());
    await test.bridge.stop();
    await Promise.all([broken, idleClosed]);
    const { entry } = await ended;
    assert.equal(entry.kind === 'assistant' && entry.outcome, 'stopped');
    assert.deepEqual(readdirSync(join(test.stateDir, 'bridges')), []);
    await assert.rejects(openSocket(port), { code: 'ECONNREFUSED' });
    await test.close();
  });

  it('stopping twice, and disposing after that, is harmless; it starts again on the same port', async () => {
    const port = await freePorts();
    const first = await startTestBridge({ port });
    await Promise.all([first.bridge.stop(), first.bridge.stop()]);
    first.bridge.dispose();
    await first.close();
    const second = await startTestBridge({ port });
    assert.equal(second.bridge.state.port, port);
    await second.close();
  });

  it('a setting of 619009 is no TCP port: the words say so and name the one to use', async () => {
    await assert.rejects(startTestBridge({ port: 619009 }), {
      code: 'port_invalid',
      message: '619009 is not a TCP port (0–65535), so the bridge was not started. Use 61900.',
    });
  });

  it('more windows than spare ports take any free port, and are found by their file', async () => {
    const port = await freePorts();
    const first = await startTestBridge({ port });
    const { stateDir, users } = first;
    const second = await startTestBridge({ port, stateDir, users, bridge: { spareCount: 0 } });
    assert.equal(second.bridge.role, 'attached');
    assert.notEqual(second.bridge.state.port, port);
    assert.ok(existsSync(join(stateDir, 'bridges')));
    assert.equal(readdirSync(join(stateDir, 'bridges')).length, 2);
    await second.close();
    await first.close();
  });
});
