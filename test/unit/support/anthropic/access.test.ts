import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { answer } from '../../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../../support/anthropic/server.ts';
import { ask, expectAnswer, headersFor, model, post } from './wire.ts';

describe("the fake of Anthropic's API keeps out what the API keeps out", () => {
  let fake: FakeAnthropic;
  before(async () => {
    fake = await startFakeAnthropic();
  });
  after(() => fake.close());

  const headers: { what: string; headers: Record<string, string>; status: number; type: string }[] = [
    {
      what: 'a Bearer token',
      headers: { authorization: 'Bearer KEY', 'x-api-key': '' },
      status: 200,
      type: '',
    },
    { what: 'no key', headers: { 'x-api-key': '' }, status: 401, type: 'authentication_error' },
    { what: 'a wrong key', headers: { 'x-api-key': 'sk-wrong' }, status: 401, type: 'authentication_error' },
    { what: 'no version', headers: { 'anthropic-version': '' }, status: 400, type: 'invalid_request_error' },
    {
      what: 'an unknown version',
      headers: { 'anthropic-version': '2024-01-01' },
      status: 400,
      type: 'invalid_request_error',
    },
    { what: 'a form', headers: { 'content-type': 'text/plain' }, status: 400, type: 'invalid_request_error' },
    {
      what: 'JSON with a charset',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      status: 200,
      type: '',
    },
  ];
  for (const { what, headers: changed, status, type } of headers) {
    it(`headers: ${what} is answered with ${status}`, async () => {
      const sent = Object.entries({ ...headersFor(fake), ...changed }).filter(([, value]) => value !== '');
      const response = await fetch(`${fake.url}/v1/messages?beta=true`, {
        method: 'POST',
        headers: sent.map(([name, value]): [string, string] => [name, value.replace('KEY', fake.key)]),
        body: JSON.stringify(ask()),
      });
      await expectAnswer(response, status, type);
    });
  }

  const routes: {
    what: string;
    method: string;
    path: string;
    body?: string;
    status: number;
    type: string;
  }[] = [
    {
      what: 'broken JSON',
      method: 'POST',
      path: '/v1/messages',
      body: '{"model":',
      status: 400,
      type: 'invalid_request_error',
    },
    {
      what: 'an unknown model',
      method: 'POST',
      path: '/v1/messages',
      body: JSON.stringify({ ...ask(), model: 'claude-0' }),
      status: 404,
      type: 'not_found_error',
    },
    {
      what: 'an unknown route',
      method: 'POST',
      path: '/v1/complete',
      body: '{}',
      status: 404,
      type: 'not_found_error',
    },
    {
      what: 'a wrong method',
      method: 'GET',
      path: '/v1/messages',
      status: 405,
      type: 'invalid_request_error',
    },
    {
      what: 'a model that is not there',
      method: 'GET',
      path: '/v1/models/claude-0',
      status: 404,
      type: 'not_found_error',
    },
    {
      what: 'a cursor that is none',
      method: 'GET',
      path: '/v1/models?after_id=x',
      status: 400,
      type: 'invalid_request_error',
    },
    {
      what: 'a count with max_tokens',
      method: 'POST',
      path: '/v1/messages/count_tokens',
      body: JSON.stringify(ask()),
      status: 400,
      type: 'invalid_request_error',
    },
  ];
  for (const { what, method, path, body, status, type } of routes) {
    it(`routes: ${what} is answered with ${status}`, async () => {
      const init = { method, headers: headersFor(fake), ...(body === undefined ? {} : { body }) };
      await expectAnswer(await fetch(fake.url + path, init), status, type);
    });
  }

  it('sizes: a body above 32 MB is answered with 413, and the connection lives on', async () => {
    const response = await post(fake, `{"model":"${'x'.repeat(33 * 1024 * 1024)}"}`);
    await expectAnswer(response, 413, 'request_too_large');
    await expectAnswer(await post(fake, ask()), 200, '');
  });

  it('streams: slices cut lines and characters in two, each written by itself', async () => {
    fake.enqueue({ ...answer('Größe → 日本語'), sliceBytes: 7 });
    const socket = connect(fake.port, '127.0.0.1');
    const body = JSON.stringify(ask('Why?', { stream: true }));
    const head = Object.entries({
      ...headersFor(fake),
      host: '127.0.0.1',
      connection: 'close',
      'content-length': String(Buffer.byteLength(body)),
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`POST /v1/messages HTTP/1.1\r\n${head.join('')}\r\n${body}`);
    const wire = (await socket.toArray()).join('');
    // Each write is one chunk of the transfer coding, which begins with its length.
    const lengths = wire.match(/(?<=\r\n)[0-9a-f]+(?=\r\n)/g) ?? [];
    assert.ok(lengths.length > 50);
    assert.ok(lengths.every((length) => Number.parseInt(length, 16) <= 7));
  });

  it('limits: requests above the limit of a minute get 429 with the seconds to wait, until the clock has moved', async () => {
    const limited = await startFakeAnthropic();
    limited.limits.requests = 1;
    limited.clock.now = Date.parse('2026-11-24T09:00:20Z');
    const first = await post(limited, ask());
    assert.equal(first.headers.get('anthropic-ratelimit-requests-limit'), '1');
    assert.equal(first.headers.get('anthropic-ratelimit-requests-remaining'), '0');
    assert.equal(first.headers.get('anthropic-ratelimit-requests-reset'), '2026-11-24T09:01:00Z');
    const second = await post(limited, ask());
    assert.equal(second.headers.get('retry-after'), '40');
    assert.equal(second.headers.get('x-should-retry'), 'true');
    await expectAnswer(second, 429, 'rate_limit_error');
    limited.clock.now += 40_000;
    await expectAnswer(await post(limited, ask()), 200, '');
    await limited.close();
  });

  it('limits: nothing but a message counts, and a request that was refused does not', async () => {
    const limited = await startFakeAnthropic();
    limited.limits.requests = 1;
    const { max_tokens: _, ...counted } = ask();
    await expectAnswer(await post(limited, counted, {}, '/v1/messages/count_tokens'), 200, '');
    await expectAnswer(await post(limited, { ...ask(), model: 'claude-0' }), 404, 'not_found_error');
    await expectAnswer(await post(limited, { ...ask(), model }), 200, '');
    await limited.close();
  });
});
