import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { BridgeClient } from '../../../src/client/client.ts';
import { connect } from '../../../src/client/client.ts';
import { leanEvent } from '../../../src/protocol/lean.ts';
import type { TurnEvent } from '../../../src/protocol/turnEvents.ts';
import { answer } from '../../support/anthropic/script.ts';
import { bearer, call, curl, startTestBridge, type TestBridge } from './support.ts';

const missing = '00000000-0000-4000-8000-000000000000';

describe('bridge: sessions and turns for scripts', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let client: BridgeClient;
  before(async () => {
    test = await startTestBridge({ bridge: { streams: { pingMs: 50, maxUnreadBytes: 4 * 1024 * 1024 } } });
    client = connect({ url: test.url, token: test.token });
  });
  after(() => test.close());

  const newSession = async (title?: string): Promise<string> =>
    (await client.sessions.create(title === undefined ? {} : { title })).id;

  const ask = (id: string, body: unknown) => call(test, 'POST', `/v1/sessions/${id}/turns`, body);

  /** Lets an answer of the fake that nobody waits for any more go, so that it takes no step of a later one. */
  const releaseFake = async () => {
    await test.core.fake.gate.arrived();
    test.core.fake.gate.step();
  };

  it('a script with curl makes a session, asks, and gets the answer as JSON', async () => {
    const auth = ['-H', `Authorization: Bearer ${test.token}`, '-H', 'Content-Type: application/json'];
    const made = await curl(...auth, '-d', '{"title":"From a script"}', `${test.url}/v1/sessions`);
    assert.equal(made.status, 201);
    const { session } = JSON.parse(made.body);
    assert.equal(session.title, 'From a script');
    test.core.fake.enqueue(answer('The timer is created too early.'));
    const asked = await curl(
      ...auth,
      '-d',
      '{"text":"Why is it flaky?"}',
      `${test.url}/v1/sessions/${session.id}/turns`,
    );
    assert.equal(asked.status, 200, asked.body);
    const { outcome, text } = JSON.parse(asked.body);
    assert.deepEqual({ outcome, text }, { outcome: 'done', text: 'The timer is created too early.' });
    const { entries } = await client.sessions.get(session.id);
    const user = entries.find((entry) => entry.kind === 'user');
    assert.deepEqual([user?.door, user?.client], ['bridge', 'script']);
  });

  for (const way of ['Accept', 'stream'] as const) {
    it(`events come as they happen when asked for by ${way}, the same as the panel hears`, async () => {
      const id = await newSession();
      const heard: unknown[] = [];
      const subscription = test.core.engine.onEvent((event) => {
        if ('turnId' in event && event.sessionId === id) heard.push(leanEvent(event));
      });
      test.core.fake.enqueue(answer('One two three.'));
      const asked = await curl(
        '-N',
        ...['-H', `Authorization: Bearer ${test.token}`, '-H', 'Content-Type: application/json'],
        ...(way === 'Accept' ? ['-H', 'Accept: text/event-stream'] : []),
        ...['-d', JSON.stringify({ text: 'Count.', ...(way === 'stream' ? { stream: true } : {}) })],
        `${test.url}/v1/sessions/${id}/turns`,
      );
      subscription.dispose();
      assert.equal(asked.status, 200);
      assert.match(asked.headers, /content-type: text\/event-stream/);
      const sent = asked.body
        .split('\n\n')
        .filter((frame) => frame.startsWith('event: '))
        .map((frame) => {
          const [, type, data = ''] = /^event: (.*)\ndata: (.*)$/.exec(frame) ?? [];
          const event: { type: string } = JSON.parse(data);
          assert.equal(event.type, type);
          return event;
        });
      assert.deepEqual(sent, heard);
      assert.equal(sent.at(-1)?.type, 'turn.ended');
    });
  }

  it('a turn from a script is heard at once by whoever has the session open, with its text as it comes', async () => {
    const id = await newSession();
    test.core.fake.enqueue({ kind: 'drip', text: 'slow answer here', gated: true });
    const started = test.core.event('turn.started', (event) => event.sessionId === id);
    const asked = ask(id, { text: 'Slowly, please.' });
    await started;
    const first = test.core.event('turn.text', (event) => event.sessionId === id);
    test.core.fake.gate.step();
    assert.match((await first).text, /slow/);
    test.core.fake.gate.step(2);
    assert.equal((await asked).body.outcome, 'done');
  });

  it('a turn stops when its script goes away, keeping what had arrived', async () => {
    const id = await newSession();
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three four', gated: true });
    const ended = test.core.event('turn.ended', (event) => event.sessionId === id);
    const abort = new AbortController();
    const seen: TurnEvent['type'][] = [];
    await assert.rejects(async () => {
      for await (const event of client.turn(id, { text: 'Count.' }, { signal: abort.signal })) {
        seen.push(event.type);
        if (event.type === 'turn.started') test.core.fake.gate.step();
        if (event.type === 'turn.text') abort.abort();
      }
    });
    const { entry } = await ended;
    assert.equal(entry.kind === 'assistant' && entry.outcome, 'stopped');
    assert.ok(seen.includes('turn.text'));
    await releaseFake();
  });

  it('a detached turn goes on to its end when its script goes away', async () => {
    const id = await newSession();
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three four', gated: true });
    const ended = test.core.event('turn.ended', (event) => event.sessionId === id);
    for await (const event of client.turn(id, { text: 'Count.', detached: true })) {
      if (event.type === 'turn.started') break;
    }
    test.core.fake.gate.step(4);
    const { entry } = await ended;
    assert.equal(entry.kind === 'assistant' && entry.outcome, 'done');
  });

  it('another caller can stop the live turn', async () => {
    const id = await newSession();
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three four', gated: true });
    const asked = ask(id, { text: 'Count.' });
    await test.core.fake.gate.arrived();
    assert.equal(await client.stop(id), true);
    assert.equal((await asked).body.outcome, 'stopped');
    assert.equal(await client.stop(id), false);
    await releaseFake();
  });

  it('a failed turn is answered with its error, its status and the id of the turn', async () => {
    const id = await newSession();
    test.core.fake.enqueue({ kind: 'disconnect', text: 'half an ans' });
    const { status, body } = await ask(id, { text: 'Tell me.' });
    assert.equal(status, 502);
    assert.deepEqual(Object.keys(body).sort(), ['error', 'turnId']);
    assert.ok(body.error.code.length > 0 && body.error.message.length > 0);
  });

  it('threat 16: an idle listener hears pings', async () => {
    const id = await newSession();
    const listener = request(`${test.url}/v1/sessions/${id}/events`, { headers: bearer(test.token) }).end();
    const [stream] = await once(listener, 'response');
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) {
      text += chunk;
      if (text.includes(': ping\n\n: ping\n\n')) break;
    }
    assert.match(text, /^: open\n\n/);
  });

  it('a listener that comes back is told what it missed, each entry once and in order, then what happens', async () => {
    const id = await newSession();
    assert.equal((await ask(id, { text: 'First.' })).status, 200);
    const places: number[] = [];
    for await (const event of client.sessions.events(id, { after: 1 })) {
      if (event.type !== 'entry.appended') continue;
      places.push(event.entry.seq);
      if (places.length === 1) void ask(id, { text: 'Second.' });
      if (places.length === 3) break;
    }
    assert.deepEqual(places, [2, 3, 4]);
  });

  it('a private session of the window is not there for programs', async () => {
    const { id } = await test.core.store.create({ door: 'panel', private: true });
    const { sessions } = await client.sessions.list({ limit: 200 });
    assert.ok(sessions.every((session) => session.id !== id));
    await assert.rejects(client.sessions.get(id), { code: 'not_found' });
    assert.equal((await ask(id, { text: 'Is it there?' })).status, 404);
  });

  it('sessions are listed newest first and page by page, each once', async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n++) made.push(await newSession(`Page ${n}`));
    const listed: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.sessions.list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      assert.ok(page.sessions.length <= 2);
      listed.push(...page.sessions.map((one) => one.id));
      cursor = page.next;
    } while (cursor !== undefined);
    assert.equal(new Set(listed).size, listed.length);
    assert.deepEqual([...made].sort(), listed.filter((one) => made.includes(one)).sort());
  });

  it('the entries of a session come newest first in pages that join without a gap', async () => {
    const id = await newSession();
    for (const text of ['One.', 'Two.', 'Three.']) assert.equal((await ask(id, { text })).status, 200);
    const whole = (await client.sessions.get(id)).entries.map((entry) => entry.id);
    const joined: string[] = [];
    let before: string | undefined;
    do {
      const page = await client.sessions.get(id, { limit: 4, ...(before === undefined ? {} : { before }) });
      joined.unshift(...page.entries.map((entry) => entry.id));
      before = page.before;
    } while (before !== undefined);
    assert.deepEqual(joined, whole);
  });

  it('trashed sessions are listed only when asked for', async () => {
    const id = await newSession();
    await test.core.store.trash(id);
    const ids = async (trashed: boolean) =>
      (await client.sessions.list({ trashed, limit: 200 })).sessions.map((one) => one.id);
    assert.equal((await ids(false)).includes(id), false);
    assert.equal((await ids(true)).includes(id), true);
  });

  const wrong: [string, string, string, unknown, number, string, string?][] = [
    ['a session that is not there', 'GET', `/v1/sessions/${missing}`, undefined, 404, 'not_found'],
    [
      'a turn in a session that is not there',
      'POST',
      `/v1/sessions/${missing}/turns`,
      { text: 'Hi' },
      404,
      'not_found',
    ],
    [
      'events of a session that is not there',
      'GET',
      `/v1/sessions/${missing}/events`,
      undefined,
      404,
      'not_found',
    ],
    ['an id that is none', 'GET', '/v1/sessions/12', undefined, 400, 'invalid_input'],
    ['a route that is not there', 'GET', '/v1/nothing', undefined, 404, 'no_route'],
    ['a method that is not possible', 'DELETE', '/v1/sessions', undefined, 405, 'method_not_allowed'],
    ['a limit that is no number', 'GET', '/v1/sessions?limit=many', undefined, 400, 'invalid_input', 'limit'],
    ['a limit that is too high', 'GET', '/v1/sessions?limit=9999', undefined, 400, 'invalid_input', 'limit'],
    ['a query that is not known', 'GET', '/v1/sessions?color=red', undefined, 400, 'invalid_input', 'color'],
    ['a cursor that is none', 'GET', '/v1/sessions?cursor=x', undefined, 400, 'invalid_input', 'cursor'],
    [
      'a title that is too long',
      'POST',
      '/v1/sessions',
      { title: 'x'.repeat(201) },
      400,
      'invalid_input',
      'title',
    ],
    ['a field that is not known', 'POST', '/v1/sessions', { titel: 'x' }, 400, 'invalid_input', 'titel'],
    ['a turn without a text', 'POST', '/v1/sessions/{own}/turns', {}, 400, 'invalid_input', 'text'],
    ['a turn with an empty text', 'POST', '/v1/sessions/{own}/turns', { text: ' ' }, 400, 'empty_input'],
    [
      'a turn that says its own door',
      'POST',
      '/v1/sessions/{own}/turns',
      { text: 'Hi', door: 'panel' },
      400,
      'invalid_input',
      'door',
    ],
  ];
  for (const [what, method, path, body, status, code, field] of wrong) {
    it(`${what} is answered with ${status} ${code}, and stores nothing`, async () => {
      const own = await newSession();
      const got = await call(test, method, path.replace('{own}', own), body);
      assert.deepEqual([got.status, got.body.error.code, got.body.error.field], [status, code, field]);
      assert.doesNotMatch(JSON.stringify(got.body), /\/work|\/src\/|node:|\.ts/);
      assert.deepEqual((await client.sessions.get(own)).entries, []);
    });
  }

  it('a wrong method is told which ones are possible', async () => {
    const got = await curl(
      '-X',
      'PUT',
      '-H',
      `Authorization: Bearer ${test.token}`,
      `${test.url}/v1/sessions`,
    );
    assert.match(got.headers, /allow: get, post\r\n/);
  });

  it('an event with a large image in it stays below a megabyte, and the session has it whole', async () => {
    const id = await newSession();
    const data = Buffer.alloc(2 * 1024 * 1024, 7).toString('base64');
    const listener = client.sessions.events(id, { after: 0 });
    const media = [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data } }];
    const asked = ask(id, { text: 'What is this?', media, model: 'offline/quotes', detached: true });
    for await (const event of listener) {
      if (event.type !== 'entry.appended') continue;
      assert.equal(event.entry.kind, 'user');
      assert.ok(JSON.stringify(event).length < 10_000);
      break;
    }
    await asked;
    const [user] = (await client.sessions.get(id)).entries;
    assert.ok(JSON.stringify(user).includes(data));
  });
});
