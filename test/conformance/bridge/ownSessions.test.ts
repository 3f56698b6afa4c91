import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { connect } from '../../../src/client/client.ts';
import type { ClientInit } from '../../../src/core/register.ts';
import { answer } from '../../support/anthropic/script.ts';
import { bearer, call, startTestBridge, type TestBridge } from './support.ts';
import { strictEvents } from './whatwgEvents.ts';

const said = 'The kakapo sleeps under the ferns by the river.';

describe('bridge: the sessions of a client', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let one: { url: string; token: string; id: string };
  let other: { url: string; token: string; id: string };
  let session: string;
  before(async () => {
    test = await startTestBridge();
    test.core.settings.recall = 'workspace';
    one = { url: test.url, ...(await test.addClient({ name: 'one' })) };
    other = { url: test.url, ...(await test.addClient({ name: 'other' })) };
    test.core.fake.enqueue(answer('Noted.'));
    session = (await call(one, 'POST', '/v1/sessions', { title: 'Mine' })).body.session.id;
    assert.equal((await call(one, 'POST', `/v1/sessions/${session}/turns`, { text: said })).status, 200);
  });
  after(() => test.close());

  const listed = async (who: { url: string; token: string }): Promise<string[]> =>
    (await call(who, 'GET', '/v1/sessions')).body.sessions.map(({ id }: { id: string }) => id);

  const routes: [method: string, path: string, body?: object][] = [
    ['GET', ''],
    ['GET', '/events'],
    ['GET', '/context?texts=true'],
    ['POST', '/recall', { query: 'kakapo' }],
    ['POST', '/turns', { text: 'What did they say?' }],
    ['POST', '/turns', { text: 'What did they say?', stream: true }],
    ['POST', '/stop', {}],
    ['POST', '/share', { shared: true }],
    ['GET', '/branches'],
    ['POST', '/head', { entryId: crypto.randomUUID() }],
  ];
  for (const [method, path, body] of routes) {
    it(`threat 27: are not there for another client at ${method} …${path}`, async () => {
      const refused = await call(other, method, `/v1/sessions/${session}${path}`, body);
      assert.deepEqual([refused.status, refused.body.error.code], [404, 'not_found']);
      assert.doesNotMatch(JSON.stringify(refused.body), /kakapo|Mine/);
    });
  }

  it('are listed for itself and the user alone', async () => {
    assert.ok((await listed(one)).includes(session));
    assert.ok((await listed({ url: test.url, token: test.ownerToken() })).includes(session));
    assert.ok(!(await listed(other)).includes(session));
  });

  it('are recalled from by no other client, nor by its turns', async () => {
    const theirs = (await call(other, 'POST', '/v1/sessions', {})).body.session.id;
    const found = await call(other, 'POST', `/v1/sessions/${theirs}/recall`, {
      query: 'kakapo ferns river',
      scope: 'workspace',
    });
    assert.deepEqual(found.body, { entries: [] });
    // A session in which nothing was said yet recalls nothing at all.
    test.core.fake.enqueue(answer('Hello.'), answer('I do not know.'));
    assert.equal((await call(other, 'POST', `/v1/sessions/${theirs}/turns`, { text: 'Hello' })).status, 200);
    const asked = 'Where does the kakapo sleep, under which ferns, by what river?';
    assert.equal((await call(other, 'POST', `/v1/sessions/${theirs}/turns`, { text: asked })).status, 200);
    const sent = JSON.stringify(test.core.fake.requests.at(-1)?.body);
    assert.match(sent, /kakapo/);
    assert.doesNotMatch(sent, /sleeps under/);
  });

  it('of the user are there for every client that may read', async () => {
    const users = await test.core.engine.sessions.create({ door: 'panel' });
    assert.equal((await call(one, 'GET', `/v1/sessions/${users.id}`)).status, 200);
    assert.equal((await call(other, 'GET', `/v1/sessions/${users.id}`)).status, 200);
    const refused = await call(one, 'POST', `/v1/sessions/${users.id}/share`, { shared: true });
    assert.deepEqual([refused.status, refused.body.error.code], [403, 'not_own_session']);
  });

  it('are there for another once they are shared, and no more when they are not', async () => {
    await call(one, 'POST', `/v1/sessions/${session}/share`, { shared: true });
    assert.equal((await call(other, 'GET', `/v1/sessions/${session}`)).body.session.shared, true);
    assert.ok((await listed(other)).includes(session));
    const refused = await call(other, 'POST', `/v1/sessions/${session}/share`, { shared: false });
    assert.deepEqual([refused.status, refused.body.error.code], [403, 'not_own_session']);
    await call({ url: test.url, token: test.ownerToken() }, 'POST', `/v1/sessions/${session}/share`, {
      shared: false,
    });
    assert.equal((await call(other, 'GET', `/v1/sessions/${session}`)).status, 404);
    const made = await call(one, 'POST', '/v1/sessions', { shared: true });
    assert.equal((await call(other, 'GET', `/v1/sessions/${made.body.session.id}`)).status, 200);
  });

  /** All of a stream of events, which is open when the function is called. */
  async function wholeStream(who: { token: string }, id: string, open: () => Promise<unknown>) {
    const stream = await fetch(`${test.url}/v1/sessions/${id}/events`, { headers: bearer(who.token) });
    assert.equal(stream.status, 200);
    const [bytes] = await Promise.all([stream.arrayBuffer(), open()]);
    return strictEvents(Buffer.from(bytes)).map(({ data }) => JSON.parse(data));
  }

  it('end for another that listens when they are shared no more, with an event that says so and nothing after it', async () => {
    const { id } = (await call(one, 'POST', '/v1/sessions', { title: 'Lent', shared: true })).body.session;
    const events = await wholeStream(other, id, async () => {
      await call(one, 'POST', `/v1/sessions/${id}/share`, { shared: false });
      test.core.fake.enqueue(answer('Only for me.'));
      await call(one, 'POST', `/v1/sessions/${id}/turns`, { text: 'For whom?' });
    });
    assert.deepEqual(
      events.map(({ type, error }) => [type, error?.code]),
      [['stream.ended', 'not_found']],
    );
    assert.doesNotMatch(JSON.stringify(events), /Lent/);
  });

  it('end for our own client with the error that says so', async () => {
    const { id } = (await call(one, 'POST', '/v1/sessions', { shared: true })).body.session;
    test.core.fake.enqueue(answer('Heard by both.'));
    await call(one, 'POST', `/v1/sessions/${id}/turns`, { text: 'Who hears this?' });
    const listening = (async () => {
      for await (const event of connect(other).sessions.events(id, { after: 0 }))
        if (event.type === 'entry.appended' && event.entry.kind === 'assistant')
          await call(one, 'POST', `/v1/sessions/${id}/share`, { shared: false });
    })();
    await assert.rejects(listening, { name: 'BridgeError', code: 'not_found' });
  });

  it('go on for the program whose they are when they are shared no more', async () => {
    const { id } = (await call(one, 'POST', '/v1/sessions', { shared: true })).body.session;
    const stream = await fetch(`${test.url}/v1/sessions/${id}/events`, { headers: bearer(one.token) });
    test.core.fake.enqueue(answer('Still here.'));
    await call(one, 'POST', `/v1/sessions/${id}/share`, { shared: false });
    await call(one, 'POST', `/v1/sessions/${id}/turns`, { text: 'Are you there?' });
    let heard = '';
    for await (const chunk of stream.body ?? []) {
      heard += Buffer.from(chunk).toString();
      if (heard.includes('event: turn.ended')) break;
    }
    assert.doesNotMatch(heard, /stream\.ended/);
    assert.match(heard, /event: turn\.ended/);
  });

  it('of a time when only names were kept are not those of a namesake that came later', async () => {
    const old = await test.core.engine.sessions.create({ door: 'bridge', client: 'one' });
    const namesake = { url: test.url, ...(await test.addClient({ name: 'one' })) };
    assert.equal((await call(one, 'GET', `/v1/sessions/${old.id}`)).status, 200);
    assert.equal((await call(other, 'GET', `/v1/sessions/${old.id}`)).status, 404);
    // Only what was made before it came is somebody else's; the clock has gone on by then.
    const later = (await test.users.clients.list()).find(({ id }) => id === namesake.id)?.createdAt ?? 0;
    if (later > old.createdAt)
      assert.equal((await call(namesake, 'GET', `/v1/sessions/${old.id}`)).status, 404);
  });

  it('quote no file of the workspace for a client without the scope', async () => {
    const plain = {
      url: test.url,
      ...(await test.addClient({ scopes: ['sessions:read', 'sessions:write', 'turns'] })),
    };
    const { id } = (await call(plain, 'POST', '/v1/sessions', {})).body.session;
    const refused = await call(plain, 'POST', `/v1/sessions/${id}/turns`, {
      text: 'Hi',
      grounding: 'workspace',
    });
    assert.deepEqual([refused.status, refused.body.error.code], [403, 'scope_missing']);
    test.core.fake.enqueue(answer('Hello.'));
    assert.equal((await call(plain, 'POST', `/v1/sessions/${id}/turns`, { text: 'Hi' })).status, 200);
    const [user] = await test.core.engine.sessions.ofKinds(id, ['user']);
    assert.equal(user?.grounding, 'off');
  });

  describe('answered by quotes, without a model', () => {
    const place = { uri: 'file:///w/nest.md', path: 'nest.md', startLine: 1, endLine: 1 };
    let quoting: TestBridge;
    before(async () => {
      quoting = await startTestBridge({
        search: { search: async () => [{ ...place, text: 'canary of a file', score: 1 }] },
      });
    });
    after(() => quoting.close());

    const asked = async (who: { token: string }, client: object) => {
      const to = { url: quoting.url, token: who.token };
      const { id } = (await call(to, 'POST', '/v1/sessions', {})).body.session;
      return call(to, 'POST', `/v1/sessions/${id}/turns`, { text: 'Where is the nest?', ...client });
    };
    const scopes: ClientInit['scopes'] = ['sessions:read', 'sessions:write', 'turns'];
    const offline = { model: 'offline/quotes' };

    it('quote no file of the workspace for a client without the scope, and say why', async () => {
      const plain = await quoting.addClient({ scopes });
      quoting.core.settings.localOnly = true;
      // Nobody named the offline mode here: it answers for want of a model that may be used.
      const closed = await asked(plain, {}).finally(() => {
        quoting.core.settings.localOnly = false;
      });
      for (const { status, body } of [await asked(plain, offline), closed]) {
        assert.equal(status, 200);
        assert.doesNotMatch(JSON.stringify(body), /canary of a file|nest\.md/);
        assert.match(body.text, /needs the scope `grounding`/);
      }
    });

    it('quote them for one that has it, and for the user', async () => {
      const may = await quoting.addClient({ scopes: [...scopes, 'grounding'] });
      for (const who of [may, { token: quoting.ownerToken() }])
        assert.match((await asked(who, offline)).body.text, /canary of a file/);
      const own = await quoting.core.engine.sessions.create({ door: 'panel' });
      const { events } = await quoting.core.engine.startTurn(own.id, {
        text: 'Where?',
        door: 'panel',
        grounding: 'off',
        ...offline,
      });
      const told: unknown[] = [];
      for await (const event of events) told.push(event);
      assert.match(JSON.stringify(told), /canary of a file/);
    });
  });
});

describe('bridge: the token of a client', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  it('threat 27: that was replaced ends at once, with the streams it opened; the new one serves', async () => {
    const { id, token } = await test.addClient({ name: 'rotated' });
    const made = (await call({ url: test.url, token }, 'POST', '/v1/sessions', {})).body.session.id;
    const stream = await fetch(`${test.url}/v1/sessions/${made}/events`, { headers: bearer(token) });
    const next = await test.users.clients.rotate(id);
    // The connection is cut, which a reader sees as a failure or as the end.
    await stream.text().catch(() => '');
    assert.equal((await call({ url: test.url, token }, 'GET', '/v1/sessions')).status, 401);
    assert.equal((await call({ url: test.url, token: next }, 'GET', `/v1/sessions/${made}`)).status, 200);
  });

  it('threat 27: that loses a scope ends what it opened by it, with an event that says so, and nothing else', async () => {
    const { id, token } = await test.addClient({ name: 'narrowed', scopes: ['sessions:read', 'turns'] });
    const session = (await test.core.store.create({ door: 'panel' })).id;
    const stream = await fetch(`${test.url}/v1/sessions/${session}/events`, { headers: bearer(token) });
    test.core.fake.enqueue(answer('Done.'));
    const turn = call({ url: test.url, token }, 'POST', `/v1/sessions/${session}/turns`, { text: 'Go on.' });
    // As another process of the user's does it.
    const register = new DatabaseSync(join(test.stateDir, 'user.db'));
    register.exec('PRAGMA busy_timeout = 5000');
    register.prepare('UPDATE client SET scopes = ? WHERE id = ?').run('["turns"]', id);
    register.close();
    const events = strictEvents(Buffer.from(await stream.arrayBuffer())).map(({ data }) => JSON.parse(data));
    const last = events.at(-1);
    assert.deepEqual([last?.type, last?.error?.code], ['stream.ended', 'scope_missing']);
    assert.equal((await turn).status, 200, 'a turn needs another scope, which it still has');
    assert.equal((await call({ url: test.url, token }, 'GET', `/v1/sessions/${session}`)).status, 403);
  });

  it('threat 27: that is revoked is told so by the last event of what it listens to', async () => {
    const { id, token } = await test.addClient({ name: 'revoked', scopes: ['sessions:read'] });
    const session = (await test.core.store.create({ door: 'panel' })).id;
    const stream = await fetch(`${test.url}/v1/sessions/${session}/events`, { headers: bearer(token) });
    await test.users.clients.revoke(id);
    const events = strictEvents(Buffer.from(await stream.arrayBuffer())).map(({ data }) => JSON.parse(data));
    assert.deepEqual(
      events.map(({ type, error }) => [type, error?.code]),
      [['stream.ended', 'token_unknown']],
    );
  });

  it('that has expired lets nobody in', async () => {
    const { client, token } = await test.users.clients.add({
      name: 'late',
      scopes: ['sessions:read'],
      expiresAt: Date.now() - 1,
    });
    assert.equal((await call({ url: test.url, token }, 'GET', '/v1/sessions')).status, 401);
    const kept = (await test.users.clients.list()).find(({ id }) => id === client.id);
    assert.ok(kept?.revokedAt !== undefined);
  });
});
