import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { user } from '../../unit/store/sqlite/samples.ts';
import { bearer, call, openSocket, rawAnswer, startTestBridge, type TestBridge } from './support.ts';

const mb = 1024 * 1024;

describe('bridge: connections on which nothing is asked', function () {
  this.timeout(60_000);
  let test: TestBridge;
  const sockets = new Set<Socket>();
  before(async () => {
    test = await startTestBridge();
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    await test.close();
  });

  const open = async () => {
    // One that is closed while it connects is closed as well as one that is closed later.
    const socket = await openSocket(test.port).catch(() => undefined);
    if (!socket) return;
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.resume();
  };

  it('threat 12: ten thousand lock nobody out, end no stream that is read, and take a bounded part of memory', async () => {
    const { id } = await test.core.store.create({ door: 'panel' });
    const stream = await fetch(`${test.url}/v1/sessions/${id}/events`, { headers: bearer(test.token) });
    const reader = stream.body?.getReader();
    await reader?.read();
    const before = process.memoryUsage().rss;
    let most = 0;
    for (let opened = 0; opened < 10_000; opened += 100) {
      await Promise.all(Array.from({ length: 100 }, open));
      most = Math.max(most, sockets.size);
      if (opened % 1_000 === 0) assert.equal((await call(test, 'GET', '/v1/sessions')).status, 200);
    }
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 150 * mb, `${Math.round(grown / mb)} MB`);
    // As many as the server keeps, and those whose end is still on its way.
    assert.ok(most <= 2_000, String(most));
    await test.core.store.append(id, [user('Is anybody there?')]);
    assert.match(new TextDecoder().decode((await reader?.read())?.value), /Is anybody there\?/);
    await reader?.cancel();
  });

  const health = () => `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${test.port}\r\n\r\n`;

  it('that ask something are kept before those that do not', async () => {
    const asking = await openSocket(test.port);
    const ask = async () => {
      asking.write(health());
      const [answer] = await once(asking, 'data');
      return String(answer);
    };
    for (let n = 0; n < 3; n++) {
      assert.match(await ask(), /^HTTP\/1\.1 200 /);
      await Promise.all(Array.from({ length: 400 }, open));
      // Connections are taken in their order, so that the others are known by the time this one is answered.
      await rawAnswer(test.port, health());
    }
    assert.match(await ask(), /^HTTP\/1\.1 200 /);
    asking.destroy();
  });
});
