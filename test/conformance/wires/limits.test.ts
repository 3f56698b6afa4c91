import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import type { ClientLimits } from '../../../src/core/limits/limits.ts';
import { answer } from '../../support/anthropic/script.ts';
import { bearer, call, startTestBridge, type TestBridge } from '../bridge/support.ts';

const ask = { model: 'claude-opus-5-5', max_tokens: 100, messages: [{ role: 'user', content: 'Why?' }] };

describe('limits of a program', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  const limited = async (limits: ClientLimits) => {
    const { id, token } = await test.addClient({ limits });
    return { id, token, url: test.url };
  };
  const send = async (token: string, body: object = ask, path = '/v1/messages') => {
    const answered = await fetch(`${test.url}${path}`, {
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify(body),
    });
    const text = await answered.text();
    return { status: answered.status, headers: answered.headers, text };
  };
  const asked = () => test.core.fake.requests.filter(({ path }) => path === '/v1/messages').length;

  it('a client over its requests gets 429 in the words of its wire, with how long it lasts', async () => {
    const { token } = await limited({ requestsPerMinute: 2 });
    test.core.fake.enqueue(answer('One.'), answer('Two.'));
    const first = await send(token);
    assert.equal(first.status, 200);
    assert.equal(first.headers.get('ratelimit-policy'), '"requests";q=2;qu="requests";w=60');
    assert.match(first.headers.get('ratelimit') ?? '', /^"requests";r=1/);
    assert.equal((await send(token)).status, 200);
    const before = asked();
    const refused = await send(token);
    assert.equal(refused.status, 429);
    const body = JSON.parse(refused.text);
    assert.deepEqual([body.type, body.error.type], ['error', 'rate_limit_error']);
    assert.match(body.error.message, /2 requests a minute.*There is room again in \d+ s\./);
    assert.match(refused.headers.get('ratelimit') ?? '', /^"requests";r=0;t=\d+$/);
    const wait = Number(refused.headers.get('retry-after'));
    assert.ok(wait > 0 && wait <= 61);
    const chat = await send(token, ask, '/v1/chat/completions');
    assert.equal(chat.status, 429);
    assert.equal(JSON.parse(chat.text).error.code, 'limit_requests');
    const own = await call({ url: test.url, token }, 'GET', '/v1/sessions');
    const { kind, scope, bound, endsInMs } = own.body.error.limit;
    assert.deepEqual([own.status, kind, scope, bound], [429, 'requests', 'client', 2]);
    assert.ok(endsInMs > 0);
    assert.equal(asked(), before);
  });

  it('another client, the user’s command line and one without limits know nothing of it', async () => {
    const { token } = await limited({ requestsPerMinute: 1 });
    await call({ url: test.url, token }, 'GET', '/v1/sessions');
    assert.equal((await call({ url: test.url, token }, 'GET', '/v1/sessions')).status, 429);
    for (const other of [test.token, test.ownerToken()]) {
      const answered = await fetch(`${test.url}/v1/sessions`, { headers: bearer(other) });
      assert.equal(answered.status, 200);
      assert.equal(answered.headers.has('ratelimit'), false);
    }
  });

  it('money that a call may cost is held before it is sent: what might be over is not sent', async () => {
    // 100 tokens out at 20 dollars a million, and about 1,100 in at twice 4: about a cent.
    const { token } = await limited({ usdPerDay: 0.012 });
    test.core.fake.enqueue(answer('Cheap.'));
    assert.equal((await send(token)).status, 200);
    const before = asked();
    const dear = await send(token, { ...ask, max_tokens: 60_000 });
    assert.equal(dear.status, 402);
    const { error } = JSON.parse(dear.text);
    assert.equal(error.type, 'billing_error');
    assert.match(error.message, /\$0\.012 in 24 hours.*This call alone may cost \$1\.20/);
    assert.equal(dear.headers.get('retry-after'), null);
    const unseen = await send(token, {
      ...ask,
      messages: [
        { role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'https://x/y.png' } }] },
      ],
    });
    assert.equal(unseen.status, 402);
    assert.equal(asked(), before);
  });

  it('a model whose price is not known is not asked by a client with a limit on money', async () => {
    const { token } = await limited({ usdPerDay: 5 });
    const refused = await send(token, { ...ask, model: 'claude-none' });
    assert.equal(refused.status, 402);
    assert.match(JSON.parse(refused.text).error.message, /price of claude-none is not known/);
  });

  it('money counts what was really used, cached tokens too, and what broke off as if all of it was', async () => {
    const { id, token } = await limited({ usdPerDay: 5, tokensPerMinute: 1_000_000 });
    const usedOf = async () => {
      const { left } = await test.users.limits.exchange({
        clientId: id,
        used: {},
        returned: {},
        need: {},
        wish: {},
      });
      return 5_000_000 - (left.find(({ kind }) => kind === 'money')?.left ?? 0);
    };
    test.core.fake.enqueue(answer('Counted.'));
    assert.equal((await send(token)).status, 200);
    const { rows } = (await call({ url: test.url, token: test.token }, 'GET', '/v1/usage?by=client')).body;
    const cost = rows.find((row: { client: string }) => row.client === id).cost;
    assert.ok(cost > 0);
    // Closing an account writes what it used and gives the rest back.
    await test.limiter.close();
    assert.equal(await usedOf(), Math.ceil(cost * 1_000_000 - 1e-6));
    test.core.fake.enqueue({ kind: 'truncate', text: 'Half' });
    assert.match((await send(token, { ...ask, stream: true })).text, /event: error/);
    // The account is closed: what is settled now is written at once.
    const { body } = await call({ url: test.url, token }, 'GET', '/v1/sessions?limit=1');
    assert.ok(body.sessions);
    assert.ok((await usedOf()) > 2000);
  });

  it('as many turns and calls run at once as the client may, and a place is free when one is over', async () => {
    const who = await limited({ parallel: 1 });
    const { id } = (await call(who, 'POST', '/v1/sessions', {})).body.session;
    test.core.fake.enqueue({ kind: 'drip', text: 'Slow answer.', gated: true });
    const turn = call(who, 'POST', `/v1/sessions/${id}/turns`, { text: 'Slow?' });
    await test.core.fake.gate.arrived();
    const second = await call(who, 'POST', `/v1/sessions/${id}/turns`, { text: 'And?' });
    assert.deepEqual([second.status, second.body.error.code], [429, 'limit_parallel']);
    const relayed = await send(who.token);
    assert.equal(relayed.status, 429);
    assert.match(relayed.headers.get('ratelimit') ?? '', /"parallel";r=0/);
    test.core.fake.gate.step(100);
    assert.equal((await turn).status, 200);
    test.core.fake.enqueue(answer('Now.'));
    assert.equal((await send(who.token)).status, 200);
  });

  it('the calls of a turn are held to them too, and the turn says so', async () => {
    const who = await limited({ usdPerDay: 0.001 });
    const { id } = (await call(who, 'POST', '/v1/sessions', {})).body.session;
    const before = asked();
    const turn = await call(who, 'POST', `/v1/sessions/${id}/turns`, { text: 'Dear?' });
    assert.deepEqual([turn.status, turn.body.error.code], [402, 'limit_money']);
    assert.match(turn.body.error.message, /\$0\.001 in 24 hours/);
    assert.equal(asked(), before);
  });

  it('Anthropic’s SDK reads them as what they are', async () => {
    const { token } = await limited({ requestsPerMinute: 1, usdPerDay: 0.02 });
    const sdk = new Anthropic({ baseURL: test.url, apiKey: token, maxRetries: 0 });
    await assert.rejects(
      sdk.messages.create({
        model: 'claude-opus-5-5',
        max_tokens: 10_000,
        messages: [{ role: 'user', content: 'x' }],
      }),
      { status: 402 },
    );
    await assert.rejects(
      sdk.messages.create({
        model: 'claude-opus-5-5',
        max_tokens: 10,
        messages: [{ role: 'user', content: 'x' }],
      }),
      Anthropic.RateLimitError,
    );
  });

  it('of all programs together stop each of them', async () => {
    const other = await startTestBridge();
    try {
      await other.users.clients.limit('all', { requestsPerMinute: 2 });
      const second = await other.addClient();
      const list = (token: string) => call({ url: other.url, token }, 'GET', '/v1/sessions');
      assert.equal((await list(other.token)).status, 200);
      assert.equal((await list(second.token)).status, 200);
      const refused = await list(other.token);
      assert.deepEqual([refused.status, refused.body.error.limit.scope], [429, 'all']);
      assert.equal((await list(other.ownerToken())).status, 200);
    } finally {
      await other.close();
    }
  });
});
