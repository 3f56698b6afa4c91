import assert from 'node:assert/strict';
import { request } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { answer } from '../../support/anthropic/script.ts';
import { user } from '../../unit/store/sqlite/samples.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });

describe('mcp: who is let in', function () {
  this.timeout(20_000);
  let test: TestBridge;
  const clients: Client[] = [];
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((one) => one.close()));
  });

  async function connected(token = test.token) {
    const client = new Client({ name: 'test', version: '1' });
    clients.push(client);
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', test.url), { requestInit }));
    return client;
  }

  /** The status of a request of which the headers alone are sent, when there is no body. */
  const statusOf = (headers: Record<string, string | number>, body?: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const all = {
        authorization: `Bearer ${test.token}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        ...headers,
      };
      const sent = request({
        host: '127.0.0.1',
        port: test.port,
        path: '/mcp',
        method: 'POST',
        headers: all,
      });
      sent.once('response', (got) => {
        resolve(got.statusCode);
        sent.destroy();
      });
      sent.once('error', reject);
      if (body === undefined) sent.flushHeaders();
      else sent.end(body);
    });

  it('a program of this machine with a token is', async () => {
    assert.equal(await statusOf({}, list), 200);
  });

  const refused: [who: string, status: number, headers: Record<string, string | number>, body?: string][] = [
    ['a foreign Host, before its body is read', 403, { host: 'evil.example' }],
    ['a web page, before its body is read', 403, { origin: 'https://evil.example' }],
    ['an unknown token, before its body is read', 401, { authorization: 'Bearer wrong' }],
    ['a body over the limit, before it is read', 413, { 'content-length': 33 * 1024 * 1024 }],
    ['a body that is not JSON by its type', 415, { 'content-type': 'text/plain' }, list],
    ['a body that is broken JSON', 400, {}, '{'],
  ];
  for (const [who, status, headers, body] of refused)
    it(`${who} is refused with ${status}`, async () => {
      assert.equal(await statusOf(headers, body), status);
    });

  it('a client that may neither ask nor read is not', async () => {
    const { token } = await test.addClient({ scopes: ['models'] });
    assert.equal(await statusOf({ authorization: `Bearer ${token}` }, list), 403);
  });

  it('a client that is revoked while it asks gets no answer, and its turn stops', async () => {
    const { id, token } = await test.addClient({});
    const client = await connected(token);
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const ended = test.core.event('turn.ended');
    const asked = assert.rejects(client.callTool({ name: 'ask', arguments: { question: 'Go.' } }));
    await test.core.fake.gate.arrived();
    await test.users.clients.revoke(id);
    await asked;
    await ended;
    test.core.fake.gate.step(1);
  });

  it('a private session is nobody’s: others are listed and recalled as if it were not there', async () => {
    const client = await connected();
    const open = await test.core.store.create({ door: 'panel' });
    await test.core.store.append(open.id, [user('A kakapo was seen')]);
    const hidden = await test.core.store.create({ door: 'panel', private: true });
    await test.core.store.append(hidden.id, [user('A secret kakapo')]);
    const told = async (name: string, args: Record<string, unknown>) =>
      JSON.stringify(await client.callTool({ name, arguments: args }));
    const listed = await told('list_sessions', { limit: 1 });
    const recalled = await told('recall', { query: 'kakapo' });
    assert.ok(listed.includes(open.id));
    assert.match(recalled, /A kakapo was seen/);
    for (const text of [listed, recalled]) assert.ok(!text.includes(hidden.id) && !text.includes('secret'));
  });

  it('a session of another program is not there for it, until it is shared', async () => {
    const { id: owner } = await test.addClient({ name: 'one' });
    const other = await test.addClient({ name: 'other' });
    const { id } = await test.core.store.create({ door: 'mcp', client: 'one', clientId: owner });
    await test.core.store.append(id, [user('A numbat was seen')]);
    const client = await connected(other.token);
    const seen = async () =>
      JSON.stringify([
        await client.callTool({ name: 'list_sessions', arguments: {} }),
        await client.callTool({ name: 'recall', arguments: { query: 'numbat' } }),
        await client.readResource({ uri: `causeway://sessions/${id}` }).catch(String),
      ]);
    const before = await seen();
    assert.doesNotMatch(before, /numbat was/);
    assert.equal(before.split(id).length - 1, 1, 'only the refusal repeats the id that was asked for');
    const asked = await client.callTool({ name: 'ask', arguments: { question: 'More?', session: id } });
    assert.match(JSON.stringify(asked.content), /not_found/);
    await test.core.store.share(id, true);
    assert.match(await seen(), /numbat was/);
  });

  it('a program whose limits change is held to them at once, in the session it has open', async () => {
    const { id, token } = await test.addClient({ name: 'limited later' });
    const client = await connected(token);
    const ask = (question: string) => client.callTool({ name: 'ask', arguments: { question } });
    test.core.fake.enqueue(answer('One.'));
    assert.equal((await ask('Before?')).isError, undefined);
    await test.users.clients.limit(id, { parallel: 1 });
    test.core.fake.enqueue({ kind: 'drip', text: 'one two', gated: true });
    const first = ask('First?');
    await test.core.fake.gate.arrived();
    const second = await ask('Second?');
    assert.match(JSON.stringify(second.content), /limit_parallel/);
    await test.users.clients.limit(id, { parallel: 2 });
    test.core.fake.enqueue(answer('Three.'));
    const third = ask('Third?');
    test.core.fake.gate.step(2);
    assert.deepEqual([(await third).isError, (await first).isError], [undefined, undefined]);
    await test.users.clients.limit(id, { requestsPerMinute: 1 });
    await client.listTools();
    await assert.rejects(client.listTools(), /429|limit_requests/);
  });

  it('a program that runs as many turns as it may is told so by the tool', async () => {
    const { token } = await test.addClient({ limits: { parallel: 1 } });
    const client = await connected(token);
    test.core.fake.enqueue({ kind: 'drip', text: 'one two', gated: true });
    const first = client.callTool({ name: 'ask', arguments: { question: 'First?' } });
    await test.core.fake.gate.arrived();
    const second = await client.callTool({ name: 'ask', arguments: { question: 'Second?' } });
    assert.equal(second.isError, true);
    assert.match(JSON.stringify(second.content), /limit_parallel/);
    test.core.fake.gate.step(2);
    await first;
  });
});
