/** Requests with an Idempotency-Key: however often they are sent, and to whichever bridge, they are one turn. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../../../src/client/client.ts';
import type { PromptFile } from '../../../src/core/ports.ts';
import { turnResult } from '../../../src/protocol/bridge.ts';
import { answer } from '../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../support/anthropic/server.ts';
import { type BridgeProcess, startBridgeProcess } from './processes.ts';
import {
  bearer,
  call,
  discoveries,
  freePorts,
  startTestBridge,
  type TestBridge,
  type TestBridgeOptions,
} from './support.ts';

type Target = { url: string; token: string };
interface Told {
  status: number;
  replayed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads answers as a script does, without a schema.
  body: any;
}

async function post(
  to: Target,
  path: string,
  key: string,
  body: unknown,
  init: RequestInit = {},
): Promise<Told> {
  const answered = await fetch(`${to.url}${path}`, {
    method: 'POST',
    headers: { ...bearer(to.token), 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
    ...init,
  });
  const text = await answered.text();
  return {
    status: answered.status,
    replayed: answered.headers.get('idempotent-replayed') === 'true',
    body: text.startsWith('{') ? JSON.parse(text) : text,
  };
}

const asked = (fake: FakeAnthropic): number =>
  fake.requests.filter(({ path }) => path === '/v1/messages').length;

/** The text and the last event of a stream of events. */
function heard(stream: string): { text: string; last: string | undefined } {
  const events = [...stream.matchAll(/^event: (\S+)\ndata: (.*)$/gm)].map(([, name, data = '']) => ({
    name,
    data: JSON.parse(data),
  }));
  const text = events.flatMap(({ name, data }) => (name === 'turn.text' ? [data.text] : [])).join('');
  return { text, last: events.at(-1)?.name };
}

describe('bridge: a request with an Idempotency-Key', function () {
  this.timeout(30_000);
  let test: TestBridge;
  let id: string;
  let serial = 0;
  const promptFiles: PromptFile[] = [
    { name: 'greet', place: 'workspace', text: '---\ndescription: Greets\n---\nSay hello.' },
  ];
  before(async () => {
    // Nobody here comes back: whoever goes is gone at once.
    test = await startTestBridge({ promptFiles, bridge: { graceMs: 0 } });
  });
  after(() => test.close());
  const others: TestBridge[] = [];
  const another = async (options: TestBridgeOptions = {}) => {
    const started = await startTestBridge(options);
    others.push(started);
    return started;
  };
  afterEach(async () => {
    await Promise.all(others.splice(0).map((each) => each.close()));
  });
  const newSession = async (to: Target): Promise<string> =>
    (await call(to, 'POST', '/v1/sessions', {})).body.session.id;
  const turns = (session = id) => `/v1/sessions/${session}/turns`;
  const newKey = () => `key-${++serial}`;
  beforeEach(async () => {
    id = await newSession(test);
  });

  it('gets the same answer when it is sent again, and the model is asked once', async () => {
    const key = newKey();
    const before = asked(test.core.fake);
    test.core.fake.enqueue(answer('All is well.'));
    const first = await post(test, turns(), key, { text: 'Go.' });
    const again = await post(test, turns(), key, { text: 'Go.' });
    assert.deepEqual([first.status, first.replayed, again.replayed], [200, false, true]);
    assert.deepEqual(again.body, first.body);
    assert.equal(turnResult.parse(again.body).text, 'All is well.');
    assert.equal(asked(test.core.fake) - before, 1);
  });

  it('gets the same answer as events, where it asks for events the second time', async () => {
    const key = newKey();
    test.core.fake.enqueue(answer('All is well.'));
    await post(test, turns(), key, { text: 'Go.' });
    const again = await post(test, turns(), key, { text: 'Go.', stream: true });
    assert.deepEqual(
      [again.replayed, heard(again.body)],
      [true, { text: 'All is well.', last: 'turn.ended' }],
    );
  });

  it('gets the same error when its turn failed: the model is not asked again', async () => {
    const key = newKey();
    test.core.fake.enqueue({ kind: 'truncate', text: 'half an ans' });
    const first = await post(test, turns(), key, { text: 'Go.' });
    const before = asked(test.core.fake);
    const again = await post(test, turns(), key, { text: 'Go.' });
    assert.deepEqual([first.status, again.status, again.replayed], [502, 502, true]);
    assert.deepEqual(again.body, first.body);
    assert.equal(asked(test.core.fake), before);
  });

  it('joins its turn while that is live: what has come is told first, then the rest', async () => {
    const key = newKey();
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const first = post(test, turns(), key, { text: 'Go.' });
    await test.core.fake.gate.arrived();
    const word = test.core.event('turn.text');
    test.core.fake.gate.step();
    await word;
    const joined = await fetch(`${test.url}${turns()}`, {
      method: 'POST',
      headers: { ...bearer(test.token), 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ text: 'Go.', stream: true }),
    });
    assert.equal(joined.headers.get('idempotent-replayed'), 'true');
    test.core.fake.gate.step(2);
    assert.deepEqual(heard(await joined.text()), { text: 'one two three', last: 'turn.ended' });
    assert.equal((await first).body.text, 'one two three');
  });

  it('is one turn when it comes many times at once', async () => {
    const key = newKey();
    const before = asked(test.core.fake);
    test.core.fake.enqueue(answer('Once.'));
    const all = await Promise.all(Array.from({ length: 8 }, () => post(test, turns(), key, { text: 'Go.' })));
    assert.deepEqual(new Set(all.map(({ body }) => body.turnId)).size, 1);
    assert.equal(all.filter(({ replayed }) => !replayed).length, 1);
    assert.equal(asked(test.core.fake) - before, 1);
  });

  it('finds its turn going on when its client lost the connection and came back', async () => {
    const patient = await another({ bridge: { graceMs: 60_000 } });
    const session = await newSession(patient);
    const { fake } = patient.core;
    fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const client = new AbortController();
    const lost = post(patient, turns(session), 'k', { text: 'Go.' }, { signal: client.signal });
    await fake.gate.arrived();
    client.abort();
    await assert.rejects(lost);
    const again = post(patient, turns(session), 'k', { text: 'Go.' });
    fake.gate.step(3);
    const { status, replayed, body } = await again;
    assert.deepEqual([status, replayed, body.outcome, body.text], [200, true, 'done', 'one two three']);
    assert.equal(asked(fake), 1);
  });

  it('is stopped when its client went away and nobody came back; whoever comes later gets what had arrived', async () => {
    const key = newKey();
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const ended = test.core.event('turn.ended');
    const client = new AbortController();
    const lost = post(test, turns(), key, { text: 'Go.' }, { signal: client.signal });
    await test.core.fake.gate.arrived();
    client.abort();
    await assert.rejects(lost);
    await ended;
    const before = asked(test.core.fake);
    const again = await post(test, turns(), key, { text: 'Go.' });
    assert.deepEqual([again.status, again.body.outcome], [200, 'stopped']);
    assert.equal(asked(test.core.fake), before);
    test.core.fake.gate.step();
  });

  it('goes on to its end when it is detached', async () => {
    const key = newKey();
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const ended = test.core.event('turn.ended');
    const client = new AbortController();
    const lost = post(test, turns(), key, { text: 'Go.', detached: true }, { signal: client.signal });
    await test.core.fake.gate.arrived();
    client.abort();
    await assert.rejects(lost);
    test.core.fake.gate.step(3);
    await ended;
    const again = await post(test, turns(), key, { text: 'Go.' });
    assert.deepEqual([again.body.outcome, again.body.text], ['done', 'one two three']);
  });

  it('needs no second place among turns at once to come back', async () => {
    const limited = await test.addClient({ limits: { parallel: 1 } });
    const to = { url: test.url, token: limited.token };
    const session = await newSession(to);
    const key = newKey();
    test.core.fake.enqueue({ kind: 'drip', text: 'one', gated: true });
    const first = post(to, turns(session), key, { text: 'Go.' });
    await test.core.fake.gate.arrived();
    const again = post(to, turns(session), key, { text: 'Go.' });
    const other = await post(to, turns(session), newKey(), { text: 'Go.' });
    assert.deepEqual([other.status, other.body.error.code], [429, 'limit_parallel']);
    test.core.fake.gate.step();
    assert.deepEqual([(await first).status, (await again).status], [200, 200]);
  });

  it('is refused with 422 when the key came with another request before', async () => {
    const key = newKey();
    test.core.fake.enqueue(answer('One.'));
    await post(test, turns(), key, { text: 'Go.' });
    const before = asked(test.core.fake);
    const elsewhere = await newSession(test);
    for (const [path, body] of [
      [turns(), { text: 'Go on.' }],
      [turns(), { text: 'Go.', grounding: 'off' }],
      [turns(elsewhere), { text: 'Go.' }],
      ['/v1/prompts/greet', {}],
    ] as const) {
      const refused = await post(test, path, key, body);
      assert.deepEqual([refused.status, refused.body.error.code], [422, 'idempotency_key_reused'], path);
    }
    assert.equal(asked(test.core.fake), before);
  });

  it('is refused with 400 when its key is none', async () => {
    for (const key of ['', ' ', '"', '"half', 'a b', 'x'.repeat(256), 'ä']) {
      const refused = await post(test, turns(), key, { text: 'Go.' });
      assert.deepEqual(
        [refused.status, refused.body.error.field],
        [400, 'Idempotency-Key'],
        JSON.stringify(key),
      );
    }
  });

  it('of another client with the same key is another request', async () => {
    const key = newKey();
    const stranger = { url: test.url, token: (await test.addClient({ name: 'stranger' })).token };
    const session = (await call(test, 'POST', '/v1/sessions', { shared: true })).body.session.id;
    test.core.fake.enqueue(answer('One.'), answer('Two.'));
    const first = await post(test, turns(session), key, { text: 'Go.' });
    const second = await post(stranger, turns(session), key, { text: 'Go.' });
    assert.deepEqual([first.body.text, second.body.text, second.replayed], ['One.', 'Two.', false]);
  });

  it('may be sent again after an input that was not accepted', async () => {
    const key = newKey();
    const refused = await post(test, turns(), key, { text: 'Go.', model: 'nobody/nothing' });
    const again = await post(test, turns(), key, { text: 'Go.', model: 'nobody/nothing' });
    assert.deepEqual([refused.status, again.status, again.replayed], [404, 404, false]);
    test.core.fake.enqueue(answer('Gone.'));
    const right = await post(test, turns(), key, { text: 'Go.' });
    assert.deepEqual([right.status, right.body.text, right.replayed], [200, 'Gone.', false]);
  });

  it('runs a prompt once, in one session', async () => {
    const key = newKey();
    test.core.fake.enqueue(answer('Hello.'));
    const both = await Promise.all([1, 2].map(() => post(test, '/v1/prompts/greet', key, {})));
    const again = await post(test, '/v1/prompts/greet', key, {});
    const all = [...both, again].map(({ body }) => `${body.sessionId} ${body.turnId} ${body.text}`);
    assert.equal(new Set(all).size, 1);
    assert.match(all[0] ?? '', / Hello\.$/);
  });

  it('for a prompt that is refused leaves no session, and may be sent again', async () => {
    const key = newKey();
    const sessions = async () => (await test.core.store.list()).length;
    const before = await sessions();
    const limited = { url: test.url, token: (await test.addClient({ limits: { parallel: 1 } })).token };
    const session = await newSession(limited);
    test.core.fake.enqueue({ kind: 'drip', text: 'one', gated: true }, answer('Hello.'));
    const other = post(limited, turns(session), newKey(), { text: 'Go.' });
    await test.core.fake.gate.arrived();
    assert.equal((await post(limited, '/v1/prompts/greet', key, {})).status, 429);
    assert.equal((await sessions()) - before, 1);
    test.core.fake.gate.step();
    await other;
    assert.equal((await post(limited, '/v1/prompts/greet', key, {})).body.text, 'Hello.');
  });

  it('tells nothing of a session that its client may not use any more', async () => {
    const key = newKey();
    const stranger = { url: test.url, token: (await test.addClient({ name: 'guest' })).token };
    const session = (await call(test, 'POST', '/v1/sessions', { shared: true })).body.session.id;
    test.core.fake.enqueue(answer('One.'));
    await post(stranger, turns(session), key, { text: 'Go.' });
    await call(test, 'POST', `/v1/sessions/${session}/share`, { shared: false });
    assert.equal((await post(stranger, turns(session), key, { text: 'Go.' })).status, 404);
  });

  it('is offered by the client package', async () => {
    test.core.fake.enqueue(answer('All is well.'));
    const texts: string[] = [];
    for (let round = 0; round < 2; round++)
      for await (const event of connect(test).turn(id, { text: 'Go.' }, { idempotencyKey: 'mine' }))
        if (event.type === 'turn.text') texts.push(event.text);
    assert.deepEqual([texts.slice(0, -1).join(''), texts.at(-1)], ['All is well.', 'All is well.']);
    test.core.fake.enqueue(answer('Hello.'));
    const runs = await Promise.all(
      [1, 2].map(() => connect(test).prompts.run('greet', {}, { idempotencyKey: 'greeting' })),
    );
    assert.equal(runs[0]?.turnId, runs[1]?.turnId);
  });

  describe('after a restart', () => {
    let stateDir: string;
    let fake: FakeAnthropic;
    beforeEach(async () => {
      stateDir = mkdtempSync(join(tmpdir(), 'causeway-keyed-'));
      fake = await startFakeAnthropic();
    });
    afterEach(async () => {
      await fake.close();
      rmSync(stateDir, { recursive: true, force: true });
    });

    it('gets the answer it got before', async () => {
      const options = { stateDir, folder: stateDir, fake };
      const one = await startTestBridge(options);
      const client = await one.addClient();
      const session = await newSession({ url: one.url, token: client.token });
      fake.enqueue(answer('All is well.'));
      const first = await post({ url: one.url, token: client.token }, turns(session), 'k', { text: 'Go.' });
      await one.close();
      const two = await startTestBridge(options);
      const again = await post({ url: two.url, token: client.token }, turns(session), 'k', { text: 'Go.' });
      const other = await post({ url: two.url, token: client.token }, turns(session), 'k', { text: 'No.' });
      await two.close();
      assert.deepEqual([first.status, again.status, again.replayed, other.status], [200, 200, true, 422]);
      assert.deepEqual(again.body, first.body);
      assert.equal(asked(fake), 1);
    });

    it('gets its turn as interrupted where the bridge was killed meanwhile, and pays no second time', async () => {
      let bridge: BridgeProcess | undefined;
      const workspaceId = '11111111-1111-4111-8111-111111111111';
      const port = await freePorts();
      const { url, key } = fake;
      const start = async (): Promise<Target> => {
        const options = { stateDir, port, workspaceId, folder: stateDir, fake: { url, key } };
        bridge = await startBridgeProcess(options);
        const token = discoveries(stateDir).find((one) => one.pid === bridge?.pid)?.ownerToken ?? '';
        return { url: `http://127.0.0.1:${bridge.state.port}`, token };
      };
      try {
        const before = await start();
        const session = await newSession(before);
        fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
        const lost = post(before, turns(session), 'k', { text: 'Go.' }).catch(() => undefined);
        await fake.gate.arrived();
        await bridge?.kill('SIGKILL');
        await lost;
        const again = await post(await start(), turns(session), 'k', { text: 'Go.' });
        assert.deepEqual([again.status, again.body.error.code, again.replayed], [409, 'interrupted', true]);
        assert.equal(asked(fake), 1);
        fake.gate.step();
      } finally {
        await bridge?.kill('SIGKILL');
      }
    });
  });
});
