import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBridgeProcess } from '../bridge/processes.ts';
import { call, discoveries, freePorts, openSocket } from '../bridge/support.ts';

const mb = 1024 * 1024;
const event = `event: content_block_delta\ndata: ${'x'.repeat(64 * 1024)}\n\n`;
const chunk = `${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`;
const all = 200 * mb;
/** The buffers of both sockets and what waits between them; a tenth of what the threat allows. */
const most = 3 * mb;
/** After so long without a byte taken, in ms, upstream is held up. */
const heldUpMs = 500;

/** A stream of 200 MB as fast as it is taken. */
function pour(socket: Socket) {
  let sent = 0;
  const heldUp = Promise.withResolvers<void>();
  const timer = setTimeout(() => heldUp.resolve(), heldUpMs);
  const go = () => {
    timer.refresh();
    while (sent < all && !socket.destroyed) {
      sent += chunk.length;
      if (!socket.write(chunk)) return;
    }
    heldUp.resolve();
  };
  socket.on('drain', go);
  socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n');
  go();
  return { heldUp: heldUp.promise, sent: () => sent };
}

describe('wire: memory under load', function () {
  this.timeout(60_000);
  if (process.platform !== 'linux') return;

  it('threat 15: a client that reads nothing of a stream of 200 MB holds up the API, and takes at most 3 MB', async () => {
    const asked = Promise.withResolvers<Socket>();
    let calls = 0;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        if (calls++ > 0) asked.resolve(socket);
        else socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address && typeof address === 'object');
    const stateDir = mkdtempSync(join(tmpdir(), 'causeway-memory-'));
    const bridge = await startBridgeProcess({
      stateDir,
      port: await freePorts(),
      workspaceId: '11111111-1111-4111-8111-111111111111',
      folder: stateDir,
      fake: { url: `http://127.0.0.1:${address.port}`, key: 'sk-key' },
    });
    try {
      // Without its garbage: how much of that lies about depends on how busy the machine is.
      const held = async () => {
        const { heapUsed, external } = await bridge.holdings();
        return heapUsed + external;
      };
      const { port } = bridge.state;
      const { ownerToken = '' } = discoveries(stateDir)[0] ?? {};
      // What is loaded with the first call does not count, nor the log of calls, which is written behind it.
      const target = { url: `http://127.0.0.1:${port}`, token: ownerToken };
      await call(target, 'POST', '/v1/messages', { model: 'claude-opus-5-5' });
      await call(target, 'GET', '/v1/usage');
      const client = await openSocket(port);
      client.on('error', () => undefined).pause();
      const body = '{"model":"claude-opus-5-5","stream":true}';
      client.write(
        `POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nx-api-key: ${ownerToken}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      const upstream = await asked.promise;
      const before = await held();
      const { heldUp, sent } = pour(upstream);
      await heldUp;
      const grown = (await held()) - before;
      assert.ok(sent() < all, `all ${sent()} bytes were taken for nobody`);
      assert.ok(grown <= most, `grew by ${grown} bytes`);
      const closed = new Promise((resolve) => upstream.once('close', resolve));
      const from = performance.now();
      client.destroy();
      await closed;
      // The promise is one second; a busy machine is given four more.
      assert.ok(performance.now() - from < 5000);
    } finally {
      await bridge.kill('SIGKILL');
      server.close();
      rmSync(stateDir, { recursive: true, force: true });
    }
  });
});
