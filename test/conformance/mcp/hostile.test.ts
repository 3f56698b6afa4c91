/** What reaches `/mcp` and should not. That foreign Hosts, Origins and tokens are refused stands in `bridge/access.test.ts`, whose sessions a client sees in `access.test.ts`. */
import assert from 'node:assert/strict';
import { bearer, call, rawAnswer, startTestBridge, type TestBridge } from '../bridge/support.ts';

const mb = 1024 * 1024;
const ask = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'ask', arguments: { question: 'At length?' }, _meta: { progressToken: 1 } },
};

describe('mcp: requests that are not what they should be', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());
  afterEach('it still answers', async () => {
    assert.equal((await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }))).status, 200);
  });

  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    { token = test.token, headers = {}, method = 'POST' } = {},
  ) =>
    fetch(`${test.url}/mcp`, {
      method,
      headers: {
        ...bearer(token),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      ...(method === 'POST' ? { body } : {}),
    });
  const codeOf = async (answer: Response): Promise<unknown> => JSON.parse(await answer.text()).error.code;

  for (const method of ['GET', 'DELETE', 'PUT'])
    it(`${method} is 405: nothing is kept between requests`, async () => {
      const answer = await post('', { method });
      assert.equal(answer.status, 405);
      await answer.text();
    });

  const bodies: [string, string | Uint8Array<ArrayBuffer>, number, string | number][] = [
    ['that is no JSON', '{"jsonrpc":', 400, 'body_not_json'],
    ['that is empty', '', 400, 'body_not_json'],
    ['that is no UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 400, 'body_not_json'],
    ['that nests too deeply', '['.repeat(100_000), 400, 'body_too_deep'],
    ['that is no message', '{"question":"x"}', 400, -32600],
    ['that is a number', '12', 400, -32600],
    [
      'of several messages, which would count as one',
      '[{"jsonrpc":"2.0","id":1,"method":"ping"}]',
      400,
      'bad_request',
    ],
  ];
  for (const [what, body, status, code] of bodies)
    it(`threat 13: a body ${what} is refused`, async () => {
      const answer = await post(body);
      assert.deepEqual([answer.status, await codeOf(answer)], [status, code]);
    });

  it('threat 13: a body of 33 MB is refused by its length, before it is sent', async () => {
    const head = `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${test.port}\r\nAuthorization: Bearer ${test.token}\r\n`;
    const got = await rawAnswer(
      test.port,
      `${head}Content-Type: application/json\r\nContent-Length: ${33 * mb}\r\n\r\n`,
    );
    assert.match(got, /^HTTP\/1\.1 413 /);
    assert.match(got, /body_too_large/);
  });

  it('threat 2: a body that a web page can send unasked is refused', async () => {
    const answer = await post(JSON.stringify(ask), { headers: { 'content-type': 'text/plain' } });
    assert.deepEqual([answer.status, await codeOf(answer)], [415, 'media_type_refused']);
  });

  it('a message that names two revisions is refused', async () => {
    const answer = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }), {
      headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' },
    });
    assert.equal(answer.status, 400);
    await answer.text();
  });

  it('threat 27: a client that is revoked in the middle of an answer is cut off, and its turn ends', async () => {
    const { id, token } = await test.addClient({ name: 'revoked' });
    const { fake, engine } = test.core;
    fake.enqueue({ kind: 'drip', text: 'word '.repeat(400), gated: true });
    const ended = new Promise<string | undefined>((resolve) => {
      const subscription = engine.onEvent((event) => {
        if (event.type !== 'turn.ended' || event.entry.kind !== 'assistant') return;
        subscription.dispose();
        resolve(event.entry.outcome);
      });
    });
    const answering = post(JSON.stringify(ask), { token });
    fake.gate.step(20);
    const answer = await answering;
    const reader = answer.body?.getReader();
    assert.match(new TextDecoder().decode((await reader?.read())?.value), /progress/);
    await test.users.clients.revoke(id);
    let rest = '';
    const cut = await (async () => {
      for (;;) {
        const piece = await reader?.read();
        if (!piece || piece.done) return false;
        rest += new TextDecoder().decode(piece.value);
      }
    })().catch(() => true);
    assert.equal(await ended, 'stopped');
    assert.doesNotMatch(rest, /structuredContent/);
    assert.equal(cut, true, 'a clean end would pass for a whole answer');
    fake.gate.step(1);
    assert.equal((await call({ url: test.url, token }, 'GET', '/v1/sessions')).status, 401);
  });
});
