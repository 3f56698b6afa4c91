/** Plain calls that upstream has no answer for at first. */
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { answer, type Behaviour, times } from '../../support/anthropic/script.ts';
import { bearer, startTestBridge, type TestBridge } from '../bridge/support.ts';

const soon = { headers: { 'retry-after-ms': '1' } };
const busy: Behaviour = { kind: 'error', status: 529, ...soon };
const model = 'claude-opus-5-5';

describe('wire: a plain call that upstream has no answer for', function () {
  this.timeout(30_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  const asked = () => test.core.fake.requests.filter(({ path }) => path === '/v1/messages').length;
  const post = (
    { path = '/v1/messages', stream = false, token = test.token, signal = new AbortController().signal } = {},
    headers: Record<string, string> = {},
  ) =>
    fetch(`${test.url}${path}`, {
      method: 'POST',
      headers: {
        ...bearer(token),
        ...{ 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
        ...headers,
      },
      body: JSON.stringify({ model, max_tokens: 100, messages: [{ role: 'user', content: 'Go.' }], stream }),
      signal,
    });

  const failing: [string, Behaviour][] = [
    ['is overloaded', busy],
    ['allows no more for now', { kind: 'error', status: 429, ...soon }],
    ['failed', { kind: 'error', status: 500, ...soon }],
  ];
  for (const [what, behaviour] of failing)
    for (const stream of [false, true])
      for (const path of ['/v1/messages', '/v1/chat/completions'])
        it(`is sent again where upstream ${what}: ${path}${stream ? ', as a stream' : ''}`, async () => {
          const before = asked();
          test.core.fake.enqueue(behaviour, behaviour, answer('Well.'));
          const got = await post({ path, stream });
          assert.deepEqual([got.status, asked() - before], [200, 3]);
          assert.match(await got.text(), /Well\./);
        });

  it('threat 18: is sent again after a connection that broke before anything came, half a second later', async () => {
    const before = asked();
    test.core.fake.enqueue({ kind: 'hang_up' }, answer('Well.'));
    const got = await post();
    assert.deepEqual([got.status, asked() - before], [200, 2]);
    assert.match(await got.text(), /Well\./);
  });

  it('threat 18: is answered with the last refusal and its headers when it was sent often enough', async () => {
    const before = asked();
    test.core.fake.enqueue(busy, busy, { ...busy, headers: { 'retry-after': '7', 'retry-after-ms': '1' } });
    const got = await post();
    assert.deepEqual([got.status, got.headers.get('retry-after'), asked() - before], [529, '7', 3]);
    assert.equal(JSON.parse(await got.text()).error.type, 'overloaded_error');
  });

  it('threat 18: is not sent again once a byte was passed on', async () => {
    const before = asked();
    test.core.fake.enqueue({ kind: 'disconnect', text: 'half an ans' }, answer('Never.'));
    assert.match(await (await post({ stream: true })).text(), /event: error/);
    assert.equal(asked() - before, 1);
    assert.match(await (await post()).text(), /Never\./);
  });

  const alone: [string, Behaviour, Record<string, string>][] = [
    ['that says how long to wait, and that is too long', { kind: 'error', status: 529, retryAfter: 61 }, {}],
    ['that another attempt does not change', { kind: 'error', status: 400 }, {}],
    ['that says not to', { kind: 'error', status: 529, headers: { 'x-should-retry': 'false' } }, {}],
    ['of a client that does so itself', busy, { 'x-stainless-retry-count': '0' }],
    ['of a client that does so itself and says so by its name', busy, { 'user-agent': 'ai/6.0.1' }],
    ['of a client that does not want it', busy, { 'x-causeway-retries': '0' }],
  ];
  for (const [what, behaviour, headers] of alone) {
    it(`threat 18: is sent once after a refusal ${what}`, async () => {
      const before = asked();
      test.core.fake.enqueue(behaviour);
      const got = await post({}, headers);
      await got.text();
      assert.deepEqual(
        [got.status, asked() - before],
        [behaviour.kind === 'error' ? behaviour.status : 0, 1],
      );
    });
  }

  it('is sent as often as its client says, also one that could do so itself', async () => {
    const before = asked();
    test.core.fake.enqueue(...times(4, busy), answer('Well.'));
    const sdk = new Anthropic({ apiKey: test.token, baseURL: test.url, maxRetries: 0 });
    const headers = { 'x-causeway-retries': '4' };
    const messages = [{ role: 'user' as const, content: 'Go.' }];
    const got = await sdk.messages.create({ model, max_tokens: 100, messages }, { headers });
    assert.deepEqual([got.content[0]?.type, asked() - before], ['text', 5]);
  });

  it('is refused where it says something else', async () => {
    for (const retries of ['6', '-1', 'many', ''])
      assert.equal((await post({}, { 'x-causeway-retries': retries })).status, 400);
  });

  it('is over when its client has gone meanwhile, and is not sent again', async () => {
    const { id, token } = await test.addClient();
    const before = asked();
    const client = new AbortController();
    test.core.fake.enqueue({ kind: 'error', status: 529, retryAfter: 50 });
    const lost = post({ signal: client.signal, token });
    await test.core.fake.received(before + 1);
    client.abort();
    await assert.rejects(lost);
    for (let failures = 0; failures === 0; ) {
      const rows = await test.relay.usage({ by: ['client'], from: 0, to: Date.now() + 1000 });
      failures = rows.find((row) => row.client === id)?.failures ?? 0;
    }
    assert.equal(asked() - before, 1);
  });

  it('is one call in the log and for the limits, however often it was sent', async () => {
    const spender = await test.addClient({ limits: { requestsPerMinute: 10, tokensPerMinute: 1_000_000 } });
    test.core.fake.enqueue(busy, busy, answer('Well.'));
    await (await post({ token: spender.token })).text();
    const rows = await test.relay.usage({ by: ['client'], from: 0, to: Date.now() + 1000 });
    const own = rows.find(({ client }) => client === spender.id);
    assert.deepEqual([own?.calls, own?.failures], [1, 0]);
    const client = (await test.users.clients.list()).find(({ id }) => id === spender.id) ?? assert.fail();
    const requests = test.limiter.left(client).find(({ kind }) => kind === 'requests');
    assert.equal(requests?.left, 9);
  });

  it('counts what was held for it as used when an attempt broke off, which may be billed as well', async () => {
    const spender = await test.addClient({ limits: { tokensPerMinute: 1_000_000 } });
    const client = (await test.users.clients.list()).find(({ id }) => id === spender.id) ?? assert.fail();
    const used = () =>
      1_000_000 - (test.limiter.left(client).find(({ kind }) => kind === 'tokens')?.left ?? 0);
    test.core.fake.enqueue(answer('Well.'), { kind: 'hang_up' }, answer('Well.'));
    await (await post({ token: spender.token })).text();
    const plain = used();
    await (await post({ token: spender.token })).text();
    assert.ok(used() - plain > 100, `${used() - plain} tokens, with the ceiling of the answer`);
    assert.ok(plain < used() - plain);
  });
});
