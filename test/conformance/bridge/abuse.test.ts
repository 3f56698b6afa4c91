import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  call,
  curl,
  openSocket,
  rawAnswer,
  rawExchange,
  startTestBridge,
  type TestBridge,
} from './support.ts';

const mb = 1024 * 1024;

describe('bridge: requests that are not what they should be', function () {
  this.timeout(40_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());
  afterEach('it still answers', async () => {
    assert.equal((await call(test, 'GET', '/v1/sessions')).status, 200);
  });

  const head = (method: string, path: string) =>
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${test.port}\r\nAuthorization: Bearer ${test.token}\r\n`;
  const jsonHead = () => `${head('POST', '/v1/sessions')}Content-Type: application/json\r\n`;

  const smuggled: [string, () => string][] = [
    ['both lengths', () => `${jsonHead()}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{}`],
    ['two lengths', () => `${jsonHead()}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ['two equal lengths', () => `${jsonHead()}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}`],
    ['a list of lengths', () => `${jsonHead()}Content-Length: 2, 2\r\n\r\n{}`],
    ['a negative length', () => `${jsonHead()}Content-Length: -2\r\n\r\n{}`],
    ['a length in hex', () => `${jsonHead()}Content-Length: 0x2\r\n\r\n{}`],
    ['a space before the colon', () => `${jsonHead()}Content-Length : 2\r\n\r\n{}`],
    [
      'a header that goes on in the next line',
      () => `${jsonHead()}X-Long: a\r\n b\r\nContent-Length: 2\r\n\r\n{}`,
    ],
    ['a length that goes on in the next line', () => `${jsonHead()}Content-Length:\r\n 2\r\n\r\n{}`],
    ['an unknown transfer coding', () => `${jsonHead()}Transfer-Encoding: xchunked\r\n\r\n{}`],
    ['chunked that is not last', () => `${jsonHead()}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    [
      'a chunk size that is none',
      () => `${jsonHead()}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    ],
    ['lines that end without CR', () => `${jsonHead().replaceAll('\r', '')}Content-Length: 2\n\n{}`],
    ['a NUL in a header', () => `${jsonHead()}X-Nul: a\0b\r\nContent-Length: 2\r\n\r\n{}`],
    [
      'two Authorization headers',
      () => `${jsonHead()}Authorization: Bearer x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    ],
    ['another version of HTTP', () => 'GET /health HTTP/3.0\r\n\r\n'],
    ['no HTTP at all', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ];
  for (const [what, bytes] of smuggled) {
    it(`threat 14: ${what} is 400, and the connection is closed`, async () => {
      const got = await rawExchange(test.port, Buffer.from(bytes(), 'latin1'));
      assert.match(got, /^HTTP\/1\.1 400 /, got.slice(0, 100));
      assert.equal(
        got.match(/HTTP\/1\.1 /g)?.length,
        1,
        'one answer, so nothing was taken for a second request',
      );
    });
  }

  it('threat 13: a head of more than 16 kB is refused', async () => {
    const got = await rawExchange(
      test.port,
      `${head('GET', '/health')}X-Long: ${'a'.repeat(20_000)}\r\n\r\n`,
    );
    assert.match(got, /^HTTP\/1\.1 431 /);
  });

  it('threat 13: a body of 33 MB is refused by its length, before it is sent', async () => {
    const got = await rawAnswer(test.port, `${jsonHead()}Content-Length: ${33 * mb}\r\n\r\n`);
    assert.match(got, /^HTTP\/1\.1 413 /);
    assert.match(got, /body_too_large/);
  });

  it('threat 13: a body without a length is refused when it passes the cap', async () => {
    const socket = await openSocket(test.port);
    const got = collect(socket);
    socket.write(`${jsonHead()}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(mb, 0x20), Buffer.from('\r\n')]);
    let sent = 0;
    while (!socket.destroyed && sent < 60) {
      sent++;
      if (!socket.write(chunk)) await drainOrClose(socket);
      if (got.text !== '') break;
    }
    await got.answered;
    assert.match(got.text, /^HTTP\/1\.1 413 /);
    assert.ok(sent >= 32, `refused after ${sent} MB`);
    socket.destroy();
  });

  it('threat 13: curl is told 413 for a large body, with and without its length, and asks before it sends', async () => {
    const args = ['-H', `Authorization: Bearer ${test.token}`, '-H', 'Content-Type: application/json'];
    const body = JSON.stringify({ title: 'x'.repeat(33 * mb) });
    const file = `${test.stateDir}/large.json`;
    writeFileSync(file, body);
    for (const way of [[], ['-H', 'Transfer-Encoding: chunked'], ['-H', 'Expect: 100-continue']]) {
      const got = await curl(...args, ...way, '--data-binary', `@${file}`, `${test.url}/v1/sessions`);
      assert.deepEqual([got.status, JSON.parse(got.body).error.code], [413, 'body_too_large']);
    }
  });

  it('threat 13: a compressed body is refused unopened', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * mb, 0x20));
    for (const encoding of ['gzip', 'deflate', 'br', 'gzip, gzip', 'x-unknown']) {
      const answer = await fetch(`${test.url}/v1/sessions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${test.token}`,
          'content-type': 'application/json',
          'content-encoding': encoding,
        },
        body: bomb,
      });
      const body = await answer.text();
      assert.deepEqual([answer.status, JSON.parse(body).error.code], [415, 'content_encoding_refused']);
    }
  });

  const depths: [string, string][] = [
    ['arrays', `${'['.repeat(100_000)}`],
    ['closed arrays', `{"title":${'['.repeat(65)}${']'.repeat(65)}}`],
    ['objects', `${'{"a":'.repeat(100_000)}`],
  ];
  for (const [what, body] of depths) {
    it(`threat 13: deeply nested ${what} are refused before they are parsed`, async () => {
      const got = await post(body);
      assert.deepEqual([got.status, got.code], [400, 'body_too_deep']);
    });
  }

  const broken: [string, string | Uint8Array<ArrayBuffer>][] = [
    ['nothing closed', '{"title":'],
    ['a comma too many', '{"title":"x",}'],
    ['single quotes', "{'title':'x'}"],
    ['two values', '{} {}'],
    ['no JSON', 'hello'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['half a character', new Uint8Array([0x22, 0xe2, 0x82])],
  ];
  for (const [what, body] of broken) {
    it(`broken JSON with ${what} is refused, and the words quote nothing of it`, async () => {
      const got = await post(body);
      assert.deepEqual([got.status, got.code], [400, 'body_not_json']);
      assert.doesNotMatch(got.message, /hello|title/);
    });
  }

  for (const body of [
    '[]',
    '"x"',
    '12',
    'null',
    '{"title":12}',
    '{"__proto__":{"title":"x"}}',
    '{"constructor":1}',
  ]) {
    it(`JSON that is no session, ${body}, is refused with the field that is wrong`, async () => {
      const got = await post(body);
      assert.deepEqual([got.status, got.code], [400, 'invalid_input']);
    });
  }

  describe('that come too slowly', () => {
    let from: number;
    let dripping: Promise<number>[];
    let others: Promise<number>[];
    before('all of them begin together', async () => {
      from = performance.now();
      const headers = `${jsonHead()}X-Slow: ${'a'.repeat(1000)}\r\n\r\n`;
      dripping = (await Promise.all(Array.from({ length: 200 }, () => openSocket(test.port)))).map((socket) =>
        closedAfter(socket, headers),
      );
      const silent = await openSocket(test.port);
      const endless = await openSocket(test.port);
      endless.write(`${jsonHead()}Content-Length: 1000\r\n\r\n{"title":"`);
      others = [closedAfter(silent, ''), closedAfter(endless, 'x'.repeat(1000))];
    });

    /** Sends a byte a second; resolves with the milliseconds after which the other side closed. */
    function closedAfter(socket: Socket, bytes: string): Promise<number> {
      return new Promise((resolve) => {
        let at = 0;
        const drip = setInterval(() => socket.write(bytes.charAt(at++)), 1000);
        // A write to what the other side has closed is an error of no further interest.
        socket.on('error', () => undefined).resume();
        socket.on('close', () => {
          clearInterval(drip);
          resolve(performance.now() - from);
        });
      });
    }

    it('threat 12: 200 sockets that send a byte a second are closed within 15 s, while others are served', async () => {
      let served = 0;
      let waiting = true;
      const all = Promise.all(dripping).finally(() => {
        waiting = false;
      });
      while (waiting) {
        assert.equal((await call(test, 'GET', '/v1/sessions?limit=1')).status, 200);
        served++;
      }
      const last = Math.max(...(await all));
      assert.ok(last < 15_000, `the last one was closed after ${last} ms`);
      assert.ok(served > 0);
    });

    it('threat 12: a socket that says nothing, and one that never ends its body, are closed within 15 s', async () => {
      for (const ms of await Promise.all(others)) assert.ok(ms < 15_000, `${ms} ms`);
    });
  });

  async function post(body: string | Uint8Array<ArrayBuffer>) {
    const answer = await fetch(`${test.url}/v1/sessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${test.token}`, 'content-type': 'application/json' },
      body,
    });
    const { error } = JSON.parse(await answer.text());
    return { status: answer.status, code: error.code as string, message: error.message as string };
  }
});

function collect(socket: Socket): { text: string; answered: Promise<void> } {
  const got = { text: '', answered: Promise.resolve() };
  got.answered = new Promise((resolve) => {
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      got.text += chunk;
      resolve();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
  return got;
}

const drainOrClose = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', () => resolve());
  });
