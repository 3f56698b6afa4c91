/** What a client or an upstream may do wrong while one is relayed to the other. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { answer } from '../../support/anthropic/script.ts';
import { curl, startTestBridge, type TestBridge } from '../bridge/support.ts';

const ask = {
  model: 'claude-opus-5-5',
  max_tokens: 8000,
  messages: [{ role: 'user' as const, content: 'Why is it flaky?' }],
};

describe('wire: hostile clients and upstreams', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let rawUpstream: RawUpstream | undefined;
  const patient = { headMs: 20_000, idleMs: 20_000 };
  const limits = { ...patient };
  before(async () => {
    test = await startTestBridge({
      relay: {
        baseUrl: () => rawUpstream?.url ?? test.core.fake.url,
        limits,
      },
      bridge: { streams: { pingMs: 100, maxUnreadBytes: 1024 } },
    });
  });
  afterEach(async () => {
    Object.assign(limits, patient);
    await rawUpstream?.close();
    rawUpstream = undefined;
  });
  after(() => test.close());

  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
    path = '/v1/messages',
  ) =>
    fetch(`${test.url}${path}`, {
      method: 'POST',
      headers: {
        'x-api-key': test.token,
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
        ...headers,
      },
      body,
      redirect: 'manual',
    });
  const askFor = (more: object = {}) => post(JSON.stringify({ ...ask, ...more }));

  /** Status, kind and our own code of a refusal, which has an id and leaks nothing of where it was made. */
  async function refusal(got: Response): Promise<[number, string, string]> {
    const text = await got.text();
    const { type, error, request_id } = JSON.parse(text);
    assert.equal(type, 'error');
    assert.equal(request_id, got.headers.get('request-id'));
    assert.doesNotMatch(text, /\.ts|node_modules|\n\s*at /);
    return [got.status, error.type, error.details?.error_code];
  }

  const bodies: [what: string, body: string, status: number, type: string, code: string][] = [
    ['no JSON', 'hello', 400, 'invalid_request_error', 'body_not_json'],
    ['a list', '[]', 400, 'invalid_request_error', 'body_not_json'],
    ['nothing', '', 415, 'invalid_request_error', 'media_type_refused'],
    ['half an object', '{"model":"claude-opus-5-5"', 400, 'invalid_request_error', 'body_not_json'],
    ['no model', '{}', 400, 'invalid_request_error', 'invalid_input'],
    ['two models', '{"model":"a","model":"b"}', 400, 'invalid_request_error', 'body_not_json'],
    [
      'deep nesting',
      `{"model":"a","messages":${'['.repeat(200)}${']'.repeat(200)}}`,
      400,
      'invalid_request_error',
      'body_too_deep',
    ],
  ];
  for (const [what, body, ...expected] of bodies) {
    it(`threat 13: a body that is ${what} is refused in the API’s shape, and nothing is sent`, async () => {
      const before = test.core.fake.requests.length;
      const sent = await post(body, body === '' ? { 'content-type': 'text/plain' } : {});
      assert.deepEqual(await refusal(sent), expected);
      assert.equal(test.core.fake.requests.length, before);
    });
  }

  it('threat 13: 33 MB are refused as the API does, by length and while they come', async () => {
    const big = new Uint8Array(33 * 1024 * 1024).fill(0x20);
    assert.deepEqual(await refusal(await post(big)), [413, 'request_too_large', 'body_too_large']);
    const chunked = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(big.subarray(0, 1024 * 1024));
      },
    });
    const got = await fetch(`${test.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': test.token, 'content-type': 'application/json' },
      body: chunked,
      duplex: 'half',
    } as RequestInit).catch((error: unknown) => error);
    // The refusal may come while the client still writes, which some take for a broken connection.
    if (got instanceof Response) assert.equal(got.status, 413);
  });

  it('threat 13: a body of 31 MB passes, and is answered by the API', async () => {
    const text = 'x'.repeat(31 * 1024 * 1024);
    const got = await askFor({ messages: [{ role: 'user', content: text }] });
    // The fake finds it longer than any window.
    const [status, type] = await refusal(got);
    assert.deepEqual([status, type], [400, 'invalid_request_error']);
  });

  it('threat 13: a compressed body is refused unopened', async () => {
    const got = await post(gzipSync(JSON.stringify(ask)), { 'content-encoding': 'gzip' });
    assert.deepEqual(await refusal(got), [415, 'invalid_request_error', 'content_encoding_refused']);
  });

  it('threat 8: a redirect is not followed, and its address is not passed on', async () => {
    let elsewhere = 0;
    const other = await startRawUpstream((socket) => {
      elsewhere++;
      socket.end();
    });
    test.core.fake.enqueue({ kind: 'raw', status: 307, headers: { location: `${other.url}/x` }, body: '' });
    const got = await askFor();
    assert.equal(got.headers.get('location'), null);
    assert.deepEqual(await refusal(got), [502, 'api_error', 'upstream_redirected']);
    assert.equal(elsewhere, 0);
    await other.close();
  });

  it('threat 2: headers of upstream that would let a page in, or set something, are left out', async () => {
    test.core.fake.enqueue({
      kind: 'raw',
      status: 200,
      headers: {
        'content-type': 'application/json',
        'access-control-allow-origin': '*',
        'set-cookie': 'a=b',
        'strict-transport-security': 'max-age=1',
        connection: 'close, x-hop',
        'x-hop': '1',
        'anthropic-ratelimit-requests-remaining': '9',
        'x-new-header': 'kept',
      },
      body: '{}',
    });
    const { headers } = await askFor();
    const names = [
      'access-control-allow-origin',
      'set-cookie',
      'strict-transport-security',
      'x-hop',
      'x-new-header',
      'anthropic-ratelimit-requests-remaining',
    ];
    assert.deepEqual(
      names.map((name) => headers.get(name)),
      [null, null, null, null, 'kept', '9'],
    );
  });

  it('threat 14: headers of one connection, and those that Connection names, are not passed up', async () => {
    await curl(
      ...['-H', `x-api-key: ${test.token}`, '-H', 'content-type: application/json'],
      ...['-H', 'connection: keep-alive, x-stainless-secret', '-H', 'x-stainless-secret: 1'],
      ...['-H', 'te: trailers', '-H', 'proxy-authorization: x', '-H', 'anthropic-version: 2023-06-01'],
      ...['-d', JSON.stringify(ask), `${test.url}/v1/messages`],
    );
    const headers = test.core.fake.requests.at(-1)?.headers;
    assert.ok(headers);
    for (const name of ['x-stainless-secret', 'te', 'proxy-authorization'])
      assert.equal(headers[name], undefined, name);
  });

  it('threat 16: an API that takes the request and says nothing is given up', async () => {
    limits.headMs = 400;
    test.core.fake.enqueue({ kind: 'silence' });
    assert.deepEqual(await refusal(await askFor()), [504, 'timeout_error', 'upstream_silent']);
  });

  it('threat 16: a stream in which nothing more comes ends in an error, after pings that show it lives', async () => {
    limits.idleMs = 400;
    test.core.fake.enqueue({ kind: 'stall', text: 'Half an' });
    const text = await (await askFor({ stream: true })).text();
    assert.match(text, /event: ping\ndata: \{"type": "ping"\}\n\n/);
    assert.match(text, /event: error\ndata: \{"type":"error","error":\{"type":"timeout_error"[^\n]*\}\n\n$/);
    assert.equal(await test.core.fake.requests.at(-1)?.closed, false);
  });

  it('threat 15: an event of more than 1 MB is an error, and upstream is left', async () => {
    test.core.fake.enqueue(answer('x'.repeat(8 * 1024 * 1024)));
    const text = await (await askFor({ stream: true })).text();
    assert.ok(text.length < 10_000);
    assert.match(text, /"error_code":"upstream_too_large"/);
    assert.equal(await test.core.fake.requests.at(-1)?.closed, false);
  });

  it('a large event that is cut into small pieces arrives whole', async () => {
    const long = 'é'.repeat(100_000);
    test.core.fake.enqueue({ ...answer(long), sliceBytes: 1111 });
    const text = await (await askFor({ stream: true })).text();
    assert.ok(text.includes(long));
    assert.match(text, /event: message_stop\n[^\n]+\n\n$/);
  });

  it('threat 17: half an event that was cut off is not passed on; the error that ends the stream can be read', async () => {
    const start = `event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":5,"output_tokens":1}}}\n\n`;
    rawUpstream = await startRawUpstream((socket) => {
      socket.end(
        `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n${start}event: content_block_delta\ndata: {"type":"content_bl`,
      );
    });
    const text = await (await askFor({ stream: true })).text();
    assert.ok(text.startsWith(start));
    assert.match(text.slice(start.length), /^event: error\ndata: \{[^\n]+\}\n\n$/);
  });

  for (const [what, bytes] of [
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    ['a body that ends too early', 'HTTP/1.1 200 OK\r\ncontent-length: 200\r\n\r\n{"usage":'],
    ['nothing', ''],
    ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`],
    [
      'a compressed stream',
      'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: br\r\n\r\nxyz',
    ],
  ] as const) {
    it(`an upstream that sends ${what} is a bad gateway, in the API’s shape`, async () => {
      rawUpstream = await startRawUpstream((socket) => socket.end(bytes));
      const got = await refusal(await askFor());
      assert.deepEqual(got.slice(0, 2), [502, 'api_error']);
    });
  }

  it('an answer that is no JSON passes as it is', async () => {
    test.core.fake.enqueue({
      kind: 'raw',
      status: 503,
      headers: { 'content-type': 'text/html', 'x-should-retry': 'false' },
      body: '<h1>',
    });
    const got = await askFor();
    assert.deepEqual([got.status, await got.text()], [503, '<h1>']);
  });

  it('a stream of rubbish passes as far as it is events, and ends in an error', async () => {
    const body = `event: message_start\ndata: {{{\n\n: c\n\ndata: x\n\nevent: message_delta\ndata: 1\ndata: 2\n\n\u0000`;
    test.core.fake.enqueue({
      kind: 'raw',
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body,
    });
    const text = await (await askFor({ stream: true })).text();
    assert.ok(text.startsWith(body.slice(0, -1)));
    assert.match(text, /event: error\n/);
  });

  it('where nobody answers, the words name the address and nothing else', async () => {
    rawUpstream = await startRawUpstream(() => undefined);
    await rawUpstream.close();
    const got = await askFor();
    assert.deepEqual(await refusal(got), [502, 'api_error', 'upstream_unreachable']);
  });

  it('threat 19: a key in any part of a call is in no log and not in the database', async () => {
    const canary = 'sk-ant-api03-canary-0123456789abcdef';
    test.core.fake.enqueue({ kind: 'error', status: 400, message: canary });
    const got = await post(
      JSON.stringify({ ...ask, [canary]: canary, metadata: { user_id: canary } }),
      { 'anthropic-beta': canary, 'user-agent': canary },
      `/v1/messages?k=${canary}`,
    );
    assert.equal(got.status, 400);
    const rows = await test.relay.usage({ by: ['client', 'model', 'day'], from: 0, to: Date.now() + 1000 });
    assert.equal(JSON.stringify(rows).includes(canary), false);
    assert.equal([...test.logged, ...test.core.logged].join('\n').includes(canary), false);
    assert.equal([...test.logged, ...test.core.logged].join('\n').includes(test.core.fake.key), false);
  });
});

interface RawUpstream {
  url: string;
  close(): Promise<void>;
}

/** Whatever else may sit at the address that is set. */
async function startRawUpstream(onRequest: (socket: Socket) => void): Promise<RawUpstream> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => onRequest(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address && typeof address === 'object');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
