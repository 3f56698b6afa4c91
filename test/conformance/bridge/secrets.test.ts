import assert from 'node:assert/strict';
import { call, curl, rawExchange, startTestBridge, type TestBridge } from './support.ts';

describe('bridge: secrets, scopes and trust', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  const auth = () => ['-H', `Authorization: Bearer ${test.token}`];
  const json = ['-H', 'Content-Type: application/json'];
  const newSession = async (): Promise<string> =>
    (await call(test, 'POST', '/v1/sessions', { shared: true })).body.session.id;

  it('threat 19: the log holds method, route, status and client, never a header, a query, a path or a body', async () => {
    const canary = `canary${Date.now()}`;
    await curl(...auth(), '-H', `X-Secret: ${canary}`, `${test.url}/v1/sessions?limit=5&cursor=${canary}`);
    await curl('-H', `Authorization: Bearer ${canary}`, `${test.url}/${canary}`);
    await curl(...auth(), ...json, '-d', `{"${canary}":"${canary}"}`, `${test.url}/v1/sessions`);
    await curl('-X', canary, ...auth(), `${test.url}/v1/sessions`);
    const lines = test.logged.join('\n');
    assert.equal(lines.includes(canary), false);
    assert.equal(lines.includes(test.token), false);
    assert.match(lines, /^bridge POST \/v1\/sessions 400 \d+ ms client=[0-9a-f-]{36}$/m);
  });

  it('threat 19: a key that is sent in a wrong place is in no answer and in no log', async () => {
    const canary = 'sk-ant-api03-canary-0123456789abcdefghijklmnopqrstuvwxyz';
    const id = await newSession();
    const turns = `${test.url}/v1/sessions/${id}/turns`;
    const post = (body: unknown, ...more: string[]) => [
      ...auth(),
      ...json,
      ...more,
      '-d',
      JSON.stringify(body),
    ];
    const requests: string[][] = [
      ['-H', `Authorization: Bearer ${canary}`, `${test.url}/v1/sessions`],
      ['-H', `X-Api-Key: ${canary}`, `${test.url}/v1/sessions`],
      [...auth(), '-H', `X-Api-Key: ${canary}`, '-H', `Cookie: key=${canary}`, `${test.url}/v1/sessions`],
      [...auth(), '-H', `Last-Event-ID: ${canary}`, `${test.url}/v1/sessions/${id}/events`],
      [...auth(), '-H', `Origin: https://${canary}`, `${test.url}/v1/sessions`],
      [...auth(), '-H', `Host: ${canary}`, `${test.url}/v1/sessions`],
      [...auth(), '-H', `Upgrade: ${canary}`, '-H', 'Connection: Upgrade', `${test.url}/v1/sessions`],
      [...auth(), '-H', `Content-Type: ${canary}`, '-d', '{}', `${test.url}/v1/sessions`],
      [...auth(), `${test.url}/v1/sessions?limit=${canary}`],
      [...auth(), `${test.url}/v1/sessions?cursor=${canary}`],
      [...auth(), `${test.url}/v1/sessions?trashed=${canary}`],
      [...auth(), `${test.url}/v1/sessions?limit=1&limit=${canary}`],
      [`${test.url}/health?nonce=${canary}%20`],
      [...auth(), `${test.url}/v1/${canary}`],
      [...auth(), `${test.url}/v1/sessions/${canary}`],
      [...auth(), '-X', 'DELETE', `${test.url}/v1/sessions/${canary}`],
      [...post({ api_key: canary }), `${test.url}/v1/sessions`],
      [...post({ title: [canary] }), `${test.url}/v1/sessions`],
      [...post({ title: canary.repeat(10) }), `${test.url}/v1/sessions`],
      [...post(canary), `${test.url}/v1/sessions`],
      [...auth(), ...json, '-d', `{"title":"x" ${canary}`, `${test.url}/v1/sessions`],
      [...auth(), ...json, '-d', canary, `${test.url}/v1/sessions`],
      [...post({ text: 'Hi', api_key: canary }), turns],
      [...post({ text: { key: canary } }), turns],
      [...post({ text: 'Hi', grounding: canary }), turns],
      [...post({ text: 'Hi', parentId: canary }), turns],
      [...post({ text: 'Hi', attachments: [{ kind: canary }] }), turns],
      [...post({ text: 'Hi', stream: canary }), turns],
    ];
    for (const args of requests) {
      const got = await curl(...args);
      assert.ok(got.status < 500, `${got.status} for ${args.join(' ')}`);
      assert.equal(`${got.headers}${got.body}`.includes(canary), false, args.join(' '));
    }
    for (const bytes of [`GET /${canary} HTTP/9\r\n\r\n`, `${canary} / HTTP/1.1\r\n\r\n`, canary]) {
      const got = await rawExchange(test.port, `${bytes}\r\n\r\n`);
      assert.equal(got.includes(canary), false);
    }
    assert.equal([...test.logged, ...test.core.logged].join('\n').includes(canary), false);
  });

  it('threat 19: what a provider says in its errors, the key in it too, reaches neither answer nor log', async () => {
    const id = await newSession();
    const { key } = test.core.fake;
    const stack = 'at Object.<anonymous> (/srv/app/server.js:1:2)';
    test.core.fake.enqueue({ kind: 'raw', status: 400, body: `{"key":"${key}","stack":"${stack}"}` });
    const got = await call(test, 'POST', `/v1/sessions/${id}/turns`, { text: 'Hi' });
    assert.equal(got.status, 502);
    const said = [JSON.stringify(got.body), ...test.logged, ...test.core.logged].join('\n');
    assert.equal(said.includes(key), false);
    assert.equal(said.includes('/srv/app'), false);
  });

  it('threat 13: thousands of unknown fields, or one with an endless name, get a short answer', async () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`field${n}`, 1]));
    for (const body of [many, { ['x'.repeat(1_000_000)]: 1 }]) {
      const got = await call(test, 'POST', '/v1/sessions', body);
      assert.deepEqual([got.status, got.body.error.code], [400, 'invalid_input']);
      assert.ok(JSON.stringify(got.body).length < 600);
    }
  });

  it('threat 27: a client may do what its scopes say and no more', async () => {
    const reader = { url: test.url, token: (await test.addClient({ scopes: ['sessions:read'] })).token };
    assert.equal((await call(reader, 'GET', '/v1/sessions')).status, 200);
    const made = await call(reader, 'POST', '/v1/sessions', {});
    assert.deepEqual([made.status, made.body.error.code], [403, 'scope_missing']);
    const { body } = await call(test, 'POST', '/v1/sessions', {});
    const asked = await call(reader, 'POST', `/v1/sessions/${body.session.id}/turns`, { text: 'Hi' });
    assert.deepEqual([asked.status, asked.body.error.code], [403, 'scope_missing']);
    const stopped = await call(reader, 'POST', `/v1/sessions/${body.session.id}/stop`);
    assert.equal(stopped.status, 403);
  });

  it('threat 27: revoking a client ends its streams and its turns within a second, and nobody else’s', async () => {
    const one = await test.addClient({ name: 'one' });
    const { body } = await call(test, 'POST', '/v1/sessions', { shared: true });
    const events = `${test.url}/v1/sessions/${body.session.id}/events`;
    const open = async (token: string) => {
      const answered = await fetch(events, { headers: { authorization: `Bearer ${token}` } });
      assert.equal(answered.status, 200);
      const over = () => 'ended';
      return { ended: answered.text().then(over, over) };
    };
    const { ended } = await open(one.token);
    const others = await open(test.token);
    const from = performance.now();
    await test.users.clients.revoke(one.id);
    await ended;
    // The promise is one second; a busy machine is given four more.
    assert.ok(performance.now() - from < 5000);
    assert.equal(await Promise.race([others.ended, Promise.resolve('open')]), 'open');
    const again = await call({ url: test.url, token: one.token }, 'GET', '/v1/sessions');
    assert.equal(again.status, 401);
  });

  it('threat 27: a client that is revoked while its answer is made gets none, and its turn is stopped', async () => {
    const one = await test.addClient({ name: 'revoked' });
    const id = await newSession();
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const started = test.core.event('turn.started');
    const ended = test.core.event('turn.ended');
    const asked = call({ url: test.url, token: one.token }, 'POST', `/v1/sessions/${id}/turns`, {
      text: 'Go.',
    });
    await started;
    await test.users.clients.revoke(one.id);
    const got = await asked;
    assert.deepEqual([got.status, got.body.error.code], [401, 'token_unknown']);
    const { entry } = await ended;
    assert.equal(entry.kind === 'assistant' && entry.outcome, 'stopped');
  });

  it('threat 27: a turn that goes on without its client stops when that client is revoked', async () => {
    const one = await test.addClient({ name: 'detached' });
    const id = await newSession();
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const started = test.core.event('turn.started');
    const ended = test.core.event('turn.ended');
    const abort = new AbortController();
    const asked = fetch(`${test.url}/v1/sessions/${id}/turns`, {
      method: 'POST',
      headers: { authorization: `Bearer ${one.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'Go on.', stream: true, detached: true }),
      signal: abort.signal,
    });
    await started;
    await asked;
    abort.abort();
    await test.users.clients.revoke(one.id);
    const { entry } = await ended;
    assert.equal(entry.kind === 'assistant' && entry.outcome, 'stopped');
  });

  it('threat 27: no request lets a client in, widens it or takes it back, not even our own command line’s', async () => {
    const before = await test.users.clients.list();
    const [{ id = '' } = {}] = before;
    const owner = { url: test.url, token: test.ownerToken() };
    assert.equal((await call(owner, 'GET', '/v1/sessions')).status, 200);
    const body = { name: 'x', scopes: ['turns'], state: 'approved', approved: true };
    for (const path of [
      '/v1/clients',
      `/v1/clients/${id}`,
      `/v1/clients/${id}/approve`,
      `/v1/clients/${id}/revoke`,
      '/v1/approvals',
      `/v1/approvals/${id}`,
      '/v1/tokens',
      '/v1/token',
      '/v1/settings',
      '/register',
      '/authorize',
    ]) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const got = await call(owner, method, path, body);
        // There one may ask, which says nothing of who is let in, and is refused with more than a question.
        const asks = path === '/v1/clients' && method === 'POST';
        const refused = asks ? [400, 'invalid_input'] : [404, 'no_route'];
        assert.deepEqual([got.status, got.body.error.code], refused, `${method} ${path}`);
      }
    }
    const after = await test.users.clients.list();
    assert.deepEqual(
      after.map(({ id, scopes, revokedAt }) => ({ id, scopes, revokedAt })),
      before.map(({ id, scopes, revokedAt }) => ({ id, scopes, revokedAt })),
    );
  });

  it('threat 3: each start has a token of its own, and that of an earlier one opens nothing', async () => {
    const first = await startTestBridge();
    const { port, stateDir } = first;
    const earlier = first.ownerToken();
    await first.bridge.stop();
    const second = await startTestBridge({ port, stateDir, users: first.users });
    assert.notEqual(second.ownerToken(), earlier);
    const got = await call({ url: second.url, token: earlier }, 'GET', '/v1/sessions');
    assert.deepEqual([got.status, got.body.error.code], [401, 'token_unknown']);
    await second.close();
    await first.close();
  });

  it('threat 7: in a workspace that is not trusted no turn of a script leaves the machine', async () => {
    const untrusted = await startTestBridge();
    untrusted.core.workspace.trusted = false;
    try {
      const { body } = await call(untrusted, 'POST', '/v1/sessions', {});
      for (const model of [undefined, 'anthropic/claude-opus-5-5', 'anthropic/']) {
        const turn = { text: 'Hi', ...(model === undefined ? {} : { model }) };
        const got = await call(untrusted, 'POST', `/v1/sessions/${body.session.id}/turns`, turn);
        assert.deepEqual([got.status, got.body.entry.provider], [200, 'offline']);
      }
      assert.deepEqual(untrusted.core.fake.requests, []);
    } finally {
      await untrusted.close();
    }
  });
});
