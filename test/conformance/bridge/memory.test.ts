import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from '../../../src/client/client.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { type BridgeProcess, startBridgeProcess } from './processes.ts';
import { call, discoveries, freePorts, openSocket } from './support.ts';

const mb = 1024 * 1024;

describe('bridge: memory under load', function () {
  this.timeout(60_000);
  if (process.platform !== 'linux') return;
  let stateDir: string;
  let fake: FakeAnthropic;
  let bridge: BridgeProcess;
  let target: { url: string; token: string };
  beforeEach(async () => {
    stateDir = mkdtempSync(join(tmpdir(), 'causeway-memory-'));
    fake = await startFakeAnthropic();
    bridge = await startBridgeProcess({
      stateDir,
      port: await freePorts(),
      workspaceId: '11111111-1111-4111-8111-111111111111',
      folder: stateDir,
      fake: { url: fake.url, key: fake.key },
    });
    target = {
      url: `http://127.0.0.1:${bridge.state.port}`,
      token: discoveries(stateDir)[0]?.ownerToken ?? '',
    };
    // What is loaded with the first turn does not count, nor the log of calls, which is written behind it.
    const client = connect(target);
    const { id } = await client.sessions.create();
    for await (const event of client.turn(id, { text: 'Hello?' })) void event;
    await call(target, 'GET', '/v1/usage');
  });
  afterEach(async () => {
    assert.equal((await call(target, 'GET', '/v1/sessions')).status, 200);
    await bridge.kill('SIGKILL');
    await fake.close();
    rmSync(stateDir, { recursive: true, force: true });
  });

  const head = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${bridge.state.port}\r\nAuthorization: Bearer ${target.token}\r\nContent-Type: application/json\r\n`;

  it('threat 13: bodies that never end cost no more than twice the cap', async () => {
    const before = await peakFromNow(bridge.pid);
    const socket = await openSocket(bridge.state.port);
    const answered = firstAnswer(socket);
    socket.write(`${head('/v1/sessions')}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(mb, 0x20), Buffer.from('\r\n')]);
    socket.setMaxListeners(0);
    for (let sent = 0; sent < 64 && !socket.destroyed; sent++) {
      if (!socket.write(chunk)) await drainOrClose(socket);
    }
    assert.match(await answered, /^HTTP\/1\.1 413 /);
    socket.destroy();
    const grown = peak(bridge.pid) - before;
    assert.ok(grown <= 64, `grew by ${grown} MB`);
  });

  it('threat 15: a turn whose client reads nothing of its answer is stopped, keeping what had arrived', async () => {
    const client = connect(target);
    const { id } = await client.sessions.create();
    const ended = outcomeOfNextTurn(client, id);
    const piece = 'x'.repeat(64 * 1024);
    const deltas = Array.from({ length: 480 }, () => piece);
    fake.enqueue({ kind: 'answer', blocks: [{ type: 'text', deltas }] });
    const socket = await openSocket(bridge.state.port);
    socket.on('error', () => undefined).pause();
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    const body = JSON.stringify({ text: 'Go on and on.', stream: true });
    socket.write(`${head(`/v1/sessions/${id}/turns`)}Content-Length: ${body.length}\r\n\r\n${body}`);
    assert.equal(await ended, 'stopped');
    // The socket learns of its end only when it reads.
    socket.resume();
    await closed;
  });

  for (const [path, what] of [
    ['/push', 'events that nobody slows down'],
    ['/pull', 'an answer that is passed on'],
  ] as const) {
    it(`threat 15: a client that reads nothing of 200 MB of ${what} costs at most 30 MB`, async () => {
      const child = spawn(process.execPath, [new URL('./streamProcess.ts', import.meta.url).pathname], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const next = async () => JSON.parse((await lines.next()).value ?? '{}');
      const { port } = await next();
      const pid = child.pid ?? 0;
      const before = await peakFromNow(pid);
      const socket = await openSocket(port);
      socket.on('error', () => undefined).pause();
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
      if (path === '/pull') {
        await once(socket, 'readable');
        const from = performance.now();
        socket.destroy();
        const { pulled } = await next();
        assert.ok(performance.now() - from < 1000, 'whoever makes the answer is told within a second');
        assert.ok(pulled < 3200, `${pulled} of 3200 pieces were made for nobody`);
      } else {
        const { pushed } = await next();
        assert.ok(pushed < 3200, `${pushed} of 3200 pieces were taken for nobody`);
      }
      const grown = peak(pid) - before;
      socket.destroy();
      child.kill('SIGKILL');
      assert.ok(grown <= 30, `grew by ${grown} MB`);
    });
  }
});

/** The outcome of the next turn of a session, as a listener of its events hears it. */
async function outcomeOfNextTurn(
  client: ReturnType<typeof connect>,
  id: string,
): Promise<string | undefined> {
  for await (const event of client.sessions.events(id)) {
    if (event.type === 'turn.ended' && event.entry.kind === 'assistant') return event.entry.outcome;
  }
  return undefined;
}

function firstAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.setEncoding('latin1').once('data', (text: string) => resolve(text));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(''));
  });
}

const drainOrClose = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });

/** Resident memory in MB now, from which the peak is counted anew. */
async function peakFromNow(pid: number): Promise<number> {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return field(pid, 'VmRSS');
}

const peak = (pid: number): number => field(pid, 'VmHWM');

function field(pid: number, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1]) / 1024;
}
