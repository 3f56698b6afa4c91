import assert from 'node:assert/strict';
import { type CallBodies, longestBody, longestSaid } from '../../../src/core/relay.ts';
import { answer, type Behaviour } from '../../support/anthropic/script.ts';
import { canaries } from '../../support/canaries.ts';
import { readExposition } from '../../support/exposition.ts';
import { bearer, call, startTestBridge, type TestBridge } from '../bridge/support.ts';

const ask = { model: 'claude-opus-5-5', max_tokens: 8000, messages: [{ role: 'user', content: 'Why?' }] };

describe('wire: what was used', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  const send = async (token: string, more: object = {}) => {
    const answered = await fetch(`${test.url}/v1/messages`, {
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
      body: JSON.stringify({ ...ask, ...more }),
    });
    await answered.text();
    return answered.status;
  };
  const rows = async (query: string, token = test.token) => {
    const { status, body } = await call({ url: test.url, token }, 'GET', `/v1/usage${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body.rows;
  };

  it('is told by client, model and day, with what broke off among it', async () => {
    const other = await test.addClient({ name: 'other', scopes: ['models'] });
    test.core.fake.enqueue(answer('One.'), answer('Two.'), { kind: 'truncate', text: 'Half' });
    assert.equal(await send(test.token), 200);
    assert.equal(await send(other.token, { stream: true }), 200);
    assert.equal(await send(other.token, { stream: true }), 200);
    assert.equal(await send(other.token, { model: 'claude-none' }), 404);
    const [whole] = await rows('?by=');
    assert.deepEqual([whole.calls, whole.failures, whole.unpriced], [4, 2, 0]);
    const theirs = (await rows('')).filter((row: { client: string }) => row.client === other.id);
    assert.deepEqual(
      theirs.map(({ model, day, calls, failures }: Record<string, unknown>) => [model, day, calls, failures]),
      [
        ['claude-none', new Date().toISOString().slice(0, 10), 1, 1],
        ['claude-opus-5-5', new Date().toISOString().slice(0, 10), 2, 1],
      ],
    );
    assert.ok(theirs[1].cost > 0 && theirs[1].usage.inputTokens > 0 && theirs[1].usage.outputTokens > 0);
    assert.deepEqual(await rows('?from=2020-01-01&to=2020-12-31'), []);
  });

  it('has the calls of turns too, by session, and what a turn asked of a model is told with its session', async () => {
    const { body } = await call(test, 'POST', '/v1/sessions', {});
    test.core.fake.enqueue(answer('In a turn.'));
    const sent = await call(test, 'POST', `/v1/sessions/${body.session.id}/turns`, { text: 'Why?' });
    assert.equal(sent.status, 200);
    const [, turn] = await rows('?by=session');
    assert.deepEqual([turn.session, turn.calls, turn.failures], [body.session.id, 1, 0]);
    const [kept] = await test.calls.read((log) => log.calls({ limit: 1 }));
    assert.ok(kept);
    const { operation, wire, provider, client, masked, outcome } = kept;
    const { id } = (await test.users.clients.list()).find((one) => one.name === 'script') ?? {};
    assert.deepEqual(
      { operation, wire, provider, client, masked, outcome },
      { operation: 'turn', wire: 'bridge', provider: 'anthropic', client: id, masked: 0, outcome: 'done' },
    );
    assert.ok((kept.firstTokenMs ?? 0) > 0 && kept.totalMs >= (kept.firstTokenMs ?? 0));
  });

  it('has a call that is bound to a session once, as a request of its turn', async () => {
    const before = (await rows('?by='))[0].calls;
    test.core.fake.enqueue(answer('Bound.'));
    const bound = await fetch(`${test.url}/v1/messages`, {
      method: 'POST',
      headers: {
        ...bearer(test.token),
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
        'x-causeway-session': 'new',
      },
      body: JSON.stringify(ask),
    });
    assert.equal(bound.status, 200);
    const session = bound.headers.get('x-causeway-session');
    assert.equal((await rows('?by='))[0].calls, before + 1);
    const [turn] = (await rows('?by=session,model')).filter(
      (row: { session: string }) => row.session === session,
    );
    assert.deepEqual([turn.model, turn.calls], [ask.model, 1]);
    assert.ok(turn.cost > 0);
  });

  it('has an answer that was given before as a hit, which took no tokens and asked no model', async () => {
    test.core.fake.enqueue(answer('Once.'));
    const cached = async (path: string, body: object, more: Record<string, string> = {}) => {
      const answered = await fetch(`${test.url}${path}`, {
        method: 'POST',
        headers: {
          ...bearer(test.token),
          'content-type': 'application/json',
          'anthropic-version': '2023-06-01',
          'x-causeway-cache': 'on',
          ...more,
        },
        body: JSON.stringify(body),
      });
      await answered.text();
      return answered.headers.get('x-causeway-cache');
    };
    const newest = async () => (await test.calls.read((log) => log.calls({ limit: 1 })))[0];
    const plain = { ...ask, messages: [{ role: 'user', content: 'Plain, twice?' }] };
    assert.equal(await cached('/v1/messages', plain), 'miss');
    assert.equal((await newest())?.cache, undefined);
    assert.equal(await cached('/v1/messages', plain), 'hit');
    const hit = await newest();
    assert.deepEqual(
      [hit?.cache, hit?.usage, hit?.cost, hit?.wire],
      ['hit', undefined, undefined, 'anthropic'],
    );
    test.core.fake.enqueue(answer('In a session, once.'));
    const bound = { ...ask, messages: [{ role: 'user', content: 'Bound, twice?' }] };
    assert.equal(await cached('/v1/messages', bound, { 'x-causeway-session': 'new' }), 'miss');
    assert.equal(await cached('/v1/messages', bound, { 'x-causeway-session': 'new' }), 'hit');
    const turn = await newest();
    assert.deepEqual([turn?.operation, turn?.cache, turn?.usage?.outputTokens], ['turn', 'hit', 0]);
  });

  it('has nothing of a private session, which leaves nothing on disk', async () => {
    const before = (await rows('?by='))[0].calls;
    const session = await test.core.store.create({ door: 'panel', private: true });
    test.core.fake.enqueue(answer('Unseen.'));
    const turn = await test.core.engine.startTurn(session.id, { text: 'Psst?', door: 'panel' });
    for await (const _ of turn.events);
    assert.equal((await rows('?by='))[0].calls, before);
  });

  it('is told to the command line, and to no client without its scope', async () => {
    assert.ok((await rows('?by=model', test.ownerToken())).length > 0);
    const reader = await test.addClient({ scopes: ['models', 'sessions:read'] });
    const refused = await call({ url: test.url, token: reader.token }, 'GET', '/v1/usage');
    assert.deepEqual([refused.status, refused.body.error.code], [403, 'scope_missing']);
  });

  for (const query of ['?by=key', '?from=yesterday', '?x=1', '?from=2026-13-01']) {
    it(`is not told for ${query}`, async () => {
      assert.equal((await call(test, 'GET', `/v1/usage${query}`)).status, 400);
    });
  }
});

describe('wire: what Prometheus is told', function () {
  this.timeout(20_000);
  let test: TestBridge;
  before(async () => {
    test = await startTestBridge();
  });
  after(() => test.close());

  const scrape = (token: string) => fetch(`${test.url}/metrics`, { headers: bearer(token) });

  it('counts a relayed stream with its time to the first word, once it is over', async () => {
    test.core.fake.enqueue(answer('One two three.'));
    const sent = await fetch(`${test.url}/v1/messages`, {
      method: 'POST',
      headers: {
        ...bearer(test.token),
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
      },
      body: JSON.stringify({ ...ask, stream: true }),
    });
    await sent.text();
    const answered = await scrape(test.token);
    assert.equal(answered.status, 200);
    assert.equal(answered.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const families = readExposition(await answered.text());
    const [calls] = families.get('causeway_calls_total')?.samples ?? [];
    assert.deepEqual(calls, {
      name: 'causeway_calls_total',
      labels: {
        wire: 'anthropic',
        operation: 'messages',
        provider: 'anthropic',
        model: ask.model,
        outcome: 'done',
      },
      value: 1,
    });
    const first = families.get('causeway_time_to_first_token_seconds')?.samples;
    assert.equal(first?.find(({ name }) => name.endsWith('_count'))?.value, 1);
  });

  it('is told to nobody without a token that may read usage', async () => {
    const reader = await test.addClient({ scopes: ['models', 'turns'] });
    assert.equal((await fetch(`${test.url}/metrics`)).status, 401);
    assert.equal((await scrape(reader.token)).status, 403);
    assert.equal((await scrape(test.ownerToken())).status, 200);
  });
});

describe('wire: what was said in a call', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let keeps = true;
  // Cut in two, so that it is no token to whoever looks through this file.
  const secret = `ghp_${'1234567890abcdefghijABCDEFGHIJ123456'}`;
  before(async () => {
    test = await startTestBridge({
      bodies: { kept: () => keeps, masked: (texts) => test.core.masker.texts(texts) },
    });
  });
  after(() => test.close());

  const send = async (content: string, more: object = {}) => {
    const answered = await fetch(`${test.url}/v1/messages`, {
      method: 'POST',
      headers: {
        ...bearer(test.token),
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
      },
      body: JSON.stringify({ ...ask, messages: [{ role: 'user', content }], ...more }),
    });
    await answered.text();
  };
  const newest = async () => {
    const [kept] = await test.calls.read((log) => log.calls({ limit: 1 }));
    assert.ok(kept);
    return { kept, said: await test.calls.read((log) => log.bodies(kept.id)) };
  };

  it('is kept where the user wants it, with secrets masked, of streams too', async () => {
    for (const stream of [false, true]) {
      test.core.fake.enqueue(answer('Because of the clock.'));
      await send(`Why does ${secret} fail?`, { stream });
      const { kept, said } = await newest();
      assert.equal(kept.hasBodies, true);
      assert.match(said?.request ?? '', /Why does \[secret:github:\w+\] fail\?/);
      assert.ok(!JSON.stringify(said).includes(secret));
      assert.match(said?.answer ?? '', /Because of the clock\./);
    }
  });

  const kinds = ['github', 'gitlab', 'anthropic', 'aws-key-id'];
  const secrets = canaries().filter(({ kind }) => kinds.includes(kind));
  /** No part of it that is worth anything. */
  const lacks = (said: CallBodies | undefined, token: string) => {
    assert.ok(said);
    for (const part of [token, token.slice(0, 14), token.slice(-14)])
      assert.ok(!JSON.stringify(said).includes(part), `${part} in ${JSON.stringify(said).slice(-300)}`);
  };
  const told = (...deltas: string[]): Behaviour => ({ kind: 'answer', blocks: [{ type: 'text', deltas }] });
  const tokens = secrets.map(({ kind, secret: token }) => ({ kind, token }));
  for (const { kind, token } of tokens) {
    it(`has no ${kind} at the beginning of a line, in the request and in the answer`, async () => {
      for (const stream of [false, true]) {
        test.core.fake.enqueue(told(`It is:\n${token}\nSo.`));
        await send(`One\n${token}\ntwo`, { stream });
        const { said } = await newest();
        lacks(said, token);
        assert.match(said?.request ?? '', /One\n\[secret:[^\]]+\]\ntwo/);
        assert.match(said?.answer ?? '', /It is:\n\[secret:[^\]]+\]\nSo\./);
      }
    });

    it(`has no ${kind} that came in two events of a stream, as text or as the JSON of a tool`, async () => {
      const file = JSON.stringify({ text: `a\n${token}\nb` });
      for (const [text, json] of [
        [`Use ${token} now`, file],
        [`a\n${token}`, JSON.stringify({ file })],
      ] as const) {
        const at = text.indexOf(token) + 8;
        const within = json.indexOf(token) + 8;
        test.core.fake.enqueue(told(text.slice(0, at), text.slice(at)), {
          kind: 'answer',
          blocks: [
            {
              ...{ type: 'tool_use', id: 'toolu_1', name: 'write' },
              jsonDeltas: [json.slice(0, within), json.slice(within)],
            },
          ],
          stopReason: 'tool_use',
        });
        await send('Which?', { stream: true });
        lacks((await newest()).said, token);
        await send('Which?', {
          stream: true,
          tools: [{ name: 'write', input_schema: { type: 'object' } }],
        });
        const { said } = await newest();
        lacks(said, token);
        assert.match(said?.answer ?? '', /write .*\[secret:/s);
      }
    });

    it(`has no ${kind} that lies across two texts of an answer without a stream`, async () => {
      const at = Math.floor(token.length / 2);
      const texts = [`Use ${token.slice(0, at)}`, `${token.slice(at)} now`];
      const blocks = texts.map((text) => ({ type: 'text' as const, deltas: [text] }));
      test.core.fake.enqueue({ kind: 'answer', blocks });
      await send('Which?');
      const { said } = await newest();
      lacks(said, token);
      assert.match(said?.answer ?? '', /Use \[secret:[^\]]+\] now.*"usage"/s);
    });

    it(`has no half of ${kind} where it is cut, by what is kept and by what is collected`, async () => {
      for (const most of [longestBody, longestSaid])
        for (const stream of [false, true]) {
          // The token begins eight characters before the place, whatever stands before the content.
          const before =
            JSON.stringify({ ...ask, messages: [{ role: 'user', content: '' }] }).indexOf('""') + 1;
          const filler = (length: number) => 'ab '.repeat(length / 3 + 1).slice(-length);
          test.core.fake.enqueue(told(`${filler(most - 8)}${token} and so on ${filler(900)}`));
          await send(`${filler(most - 14 - before)}${token} ${filler(900)}`, { stream });
          const { said } = await newest();
          lacks(said, token);
          assert.ok(said?.request.endsWith('…') && said.answer.endsWith('…'));
        }
    });

    it(`has nothing of an attempt that was refused and made again, such as ${kind}`, async () => {
      const refusal = {
        type: 'error',
        error: { type: 'overloaded_error', message: `Try with ${token} later, attempt one` },
      };
      test.core.fake.enqueue(
        {
          kind: 'raw',
          status: 529,
          headers: { 'content-type': 'application/json', 'retry-after-ms': '1' },
          body: JSON.stringify(refusal),
        },
        answer('Attempt two.'),
      );
      await send('Go.');
      const { said } = await newest();
      lacks(said, token);
      assert.match(said?.answer ?? '', /Attempt two/);
      assert.doesNotMatch(said?.answer ?? '', /attempt one/);
    });
  }

  it('is cut where it is long', async () => {
    test.core.fake.enqueue(answer('Long.'));
    await send('word '.repeat(40_000));
    const { said } = await newest();
    assert.equal(said?.request.length, 64 * 1024 + 1);
    assert.ok(said?.request.endsWith('…'));
  });

  it('is in no line of a turn, whose session has it, and is nothing that whoever counts is told', async () => {
    const told: object[] = [];
    const listening = test.calls.onDidAdd((one) => told.push(one));
    test.core.fake.enqueue(answer('One.'), answer('Two.'));
    const { body } = await call(test, 'POST', '/v1/sessions', {});
    await call(test, 'POST', `/v1/sessions/${body.session.id}/turns`, { text: 'In a turn' });
    assert.equal((await newest()).kept.hasBodies, false);
    await send('Plain');
    assert.equal((await newest()).kept.hasBodies, true);
    listening.dispose();
    assert.equal(told.length, 2);
    assert.doesNotMatch(JSON.stringify(told), /Plain|In a turn|One|Two/);
  });

  it('goes when the user switches it off, and no more is kept', async () => {
    const before = (await newest()).kept.id;
    keeps = false;
    test.core.fake.enqueue(answer('Off.'));
    await send('Not kept');
    const { kept, said } = await newest();
    assert.deepEqual([kept.id > before, kept.hasBodies, said], [true, false, undefined]);
    assert.equal(await test.calls.read((log) => log.bodies(before)), undefined);
  });
});
