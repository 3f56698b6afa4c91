import assert from 'node:assert/strict';
import { once } from 'node:events';
import { McpServer } from '@modelcontextprotocol/server';
import { accessOf, type McpAccess } from '../../../src/bridge/mcp/access.ts';
import { McpSessions } from '../../../src/bridge/mcp/sessions.ts';
import type { PromptFile } from '../../../src/core/ports.ts';
import { bearer, startTestBridge, type TestBridge } from '../bridge/support.ts';

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1.0.0' },
  },
};
const request = (method: string, params = {}) => ({ jsonrpc: '2.0', id: 2, method, params });
const accept = 'application/json, text/event-stream';

describe('mcp: a session of a client of 2025', function () {
  this.timeout(20_000);
  let test: TestBridge;
  const promptFiles: PromptFile[] = [];
  before(async () => {
    test = await startTestBridge({ promptFiles });
  });
  after(() => test.close());

  const send = (token: string, session: string | null, body: unknown, init: RequestInit = {}) =>
    fetch(`${test.url}/mcp`, {
      method: 'POST',
      headers: {
        ...bearer(token),
        accept,
        'content-type': 'application/json',
        ...(session === null ? {} : { 'mcp-session-id': session }),
      },
      body: JSON.stringify(body),
      ...init,
    });
  const end = (token: string, session: string) =>
    fetch(`${test.url}/mcp`, { method: 'DELETE', headers: { ...bearer(token), 'mcp-session-id': session } });
  const open = async (token: string) => {
    const opened = await send(token, null, initialize);
    assert.equal(opened.status, 200);
    await opened.text();
    return opened.headers.get('mcp-session-id');
  };
  const needs = async (token: string): Promise<string> => (await open(token)) ?? assert.fail('no session');
  const tools = async (token: string, session: string) =>
    [...(await (await send(token, session, request('tools/list'))).text()).matchAll(/"name":"([a-z_]+)"/g)]
      .map(([, name]) => name)
      .sort();

  it('goes on until its program ends it, and then is gone', async () => {
    const session = await needs(test.token);
    assert.ok((await tools(test.token, session)).includes('ask'));
    assert.equal((await end(test.token, session)).status, 200);
    assert.equal((await send(test.token, session, request('tools/list'))).status, 404);
  });

  it('is of no use to another program, which sees what its own scopes allow and cannot end it', async () => {
    const session = await needs(test.token);
    const other = await test.addClient({ scopes: ['sessions:read'] });
    assert.deepEqual(await tools(other.token, session), ['list_sessions', 'read_context', 'recall']);
    assert.equal((await end(other.token, session)).status, 405);
    assert.equal((await end(test.token, session)).status, 200);
  });

  it('that is not known any more is no hindrance', async () => {
    assert.ok((await tools(test.token, crypto.randomUUID())).includes('ask'));
  });

  it('is not given to a program that has sixteen, which is answered without one', async () => {
    const { token } = await test.addClient();
    const sessions = await Promise.all(Array.from({ length: 17 }, () => open(token)));
    assert.equal(sessions.filter((one) => one === null).length, 1);
    const another = await test.addClient();
    assert.ok(await open(another.token));
  });

  it('sees a prompt that was written after it began', async () => {
    const session = await needs(test.token);
    promptFiles.push({ name: 'late', place: 'workspace', text: '---\ndescription: Late\n---\nLate.' });
    const listed = await (await send(test.token, session, request('prompts/list'))).text();
    assert.match(listed, /"name":"late"/);
  });

  it('stops an answer whose connection is gone', async () => {
    const session = await needs(test.token);
    test.core.fake.enqueue({ kind: 'drip', text: 'This would be long.', gated: true });
    const ended = test.core.event('turn.ended');
    const leave = new AbortController();
    const asked = send(
      test.token,
      session,
      request('tools/call', { name: 'ask', arguments: { question: 'At length?' } }),
      { signal: leave.signal },
    ).then((answered) => answered.text());
    await test.core.fake.gate.arrived();
    leave.abort();
    await assert.rejects(asked);
    const { entry } = await ended;
    assert.equal(entry.kind === 'assistant' && entry.outcome, 'stopped');
    test.core.fake.gate.step(1);
  });

  it('ends when nothing was asked in it for its time', async () => {
    const made: McpAccess[] = [];
    const sessions = new McpSessions(
      (access) => {
        made.push(access);
        return new McpServer({ name: 'test', version: '1.0.0' });
      },
      { most: 1, mostOfOne: 1, idleMs: 1 },
    );
    const begin = () =>
      sessions.answer(
        new Request('http://127.0.0.1/mcp', {
          method: 'POST',
          headers: { accept, 'content-type': 'application/json' },
          body: JSON.stringify(initialize),
        }),
        initialize,
        accessOf(test.core.engine, {
          principal: { kind: 'owner', door: 'cli' },
          signal: new AbortController().signal,
        }),
      );
    const first = await begin();
    assert.ok(first?.headers.get('mcp-session-id'));
    const signal = made[0]?.signal ?? assert.fail('no server was made');
    if (!signal.aborted) await once(signal, 'abort');
    assert.ok((await begin())?.headers.get('mcp-session-id'));
    await sessions.close();
  });
});
