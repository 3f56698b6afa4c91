import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { BridgeRequest, BridgeResponse } from '../../../src/bridge/http.ts';
import { defaultServerLimits, type LoopbackServer, listenLoopback } from '../../../src/bridge/nodeServer.ts';
import { call, openSocket, startTestBridge } from './support.ts';

describe('bridge: sockets of clients that misbehave', function () {
  this.timeout(20_000);
  const logged: string[] = [];
  let server: LoopbackServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
    assert.deepEqual(logged, []);
  });

  /** The sockets of the bridge before an answer that a test makes. */
  async function serve(answer: (request: BridgeRequest) => BridgeResponse): Promise<number> {
    const note = (message: string) => logged.push(message);
    server = await listenLoopback(
      0,
      { answer: async (request) => answer(request) },
      { ...defaultServerLimits, stallMs: 200 },
      { info: note, warn: note, error: note },
    );
    return server.port;
  }
  const get = (port: number) => `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;

  it('threat 15: an answer that its client never reads is given up, whatever else was asked on the connection', async () => {
    const gone: Promise<unknown>[] = [];
    let asked = () => {};
    const both = new Promise<void>((resolve) => {
      asked = () => gone.length === 2 && resolve();
    });
    const port = await serve(({ presence: { signal } }) => {
      gone.push(once(signal, 'abort'));
      asked();
      return { status: 200, headers: {}, body: 'x'.repeat(16 * 1024 * 1024) };
    });
    const socket = await openSocket(port);
    socket.on('error', () => undefined).pause();
    socket.write(get(port).repeat(2));
    await both;
    await Promise.all(gone);
    socket.destroy();
  });

  it('threat 15: an answer that is read slowly comes whole', async () => {
    const body = 'x'.repeat(8 * 1024 * 1024);
    const port = await serve(() => ({ status: 200, headers: { connection: 'close' }, body }));
    const socket = await openSocket(port);
    socket.write(get(port));
    let bytes = 0;
    for await (const chunk of socket) {
      bytes += chunk.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(bytes > body.length && bytes < body.length + 1000, `${bytes}`);
  });

  it('threat 15: waiting for a slow reader leaves nothing behind, however often it is waited', async () => {
    const warned: string[] = [];
    const note = ({ name }: Error) => warned.push(name);
    process.on('warning', note);
    const chunk = 'x'.repeat(1024 * 1024);
    async function* chunks() {
      for (let n = 0; n < 30; n++) yield chunk;
    }
    const port = await serve(() => ({ status: 200, headers: { connection: 'close' }, body: chunks() }));
    const socket = await openSocket(port);
    socket.write(get(port));
    let bytes = 0;
    for await (const part of socket) bytes += part.length;
    assert.ok(bytes > 30 * chunk.length);
    // Warnings are told with the next tick.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    assert.deepEqual(warned, []);
  });

  it('threat 14: what is no HTTP, sent while an answer streams, ends the connection without a word within the answer', async () => {
    const port = await serve(({ presence: { signal } }) => ({
      status: 200,
      headers: {},
      body: (async function* () {
        yield 'first';
        await once(signal, 'abort');
      })(),
    }));
    const socket = await openSocket(port);
    socket.setEncoding('latin1').write(get(port));
    const [first] = await once(socket, 'data');
    let rest = '';
    socket.on('data', (text: string) => {
      rest += text;
    });
    socket.on('error', () => undefined).write('no HTTP\r\n\r\n');
    await once(socket, 'close');
    assert.match(first, /^HTTP\/1\.1 200 OK\r\n/);
    assert.doesNotMatch(rest, /HTTP\/1\.1|400/);
  });

  it('a client that goes away within its body is no failure to the log', async () => {
    const test = await startTestBridge();
    const socket = await openSocket(test.port);
    const head = `POST /v1/sessions HTTP/1.1\r\nHost: 127.0.0.1:${test.port}\r\nAuthorization: Bearer ${test.token}\r\n`;
    socket.write(
      `${head}Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n`,
    );
    // The body is being read from the moment it is asked for.
    await once(socket, 'data');
    socket.write('{"title":');
    socket.destroy();
    await once(socket, 'close');
    await until(() => test.logged.some((line) => line.startsWith('bridge POST')));
    assert.equal(
      test.logged.some((line) => /failed|Error|aborted/.test(line)),
      false,
      test.logged.join('\n'),
    );
    assert.deepEqual((await call(test, 'GET', '/v1/sessions')).body.sessions, []);
    await test.close();
  });
});

/** Looks again at each turn of the loop. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}
