/** Answers that were given before and will do: plain calls, calls of a session, turns and prompts. */
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type { PromptFile } from '../../../src/core/ports.ts';
import { clientScopes } from '../../../src/core/register.ts';
import { answer, type Behaviour, toolCall } from '../../support/anthropic/script.ts';
import { bearer, call, startTestBridge, type TestBridge } from '../bridge/support.ts';

const model = 'claude-opus-5-5';
const header = 'x-causeway-cache';

describe('wire: an answer that was given before', function () {
  this.timeout(30_000);
  let test: TestBridge;
  let now = 0;
  let serial = 0;
  const promptFiles: PromptFile[] = [
    {
      name: 'greet',
      place: 'workspace',
      text: '---\ndescription: Greets\ncache: 60\nvariables: { who: string }\n---\nGreet {{who}}.',
    },
    {
      name: 'judge',
      place: 'workspace',
      text: '---\ndescription: Judges\ncache: 60\noutput: { type: object, required: [ok], properties: { ok: { type: boolean } }, additionalProperties: false }\n---\nJudge.',
    },
  ];
  before(async () => {
    const clock = { now: () => Date.now(), monotonic: () => now + performance.now() };
    test = await startTestBridge({ promptFiles, clock, bridge: { clock } });
  });
  after(() => test.close());
  beforeEach(() => {
    now = 0;
  });

  const asked = () => test.core.fake.requests.filter(({ path }) => path === '/v1/messages').length;
  const sdkOf = (token = test.token) => new Anthropic({ apiKey: token, baseURL: test.url, maxRetries: 0 });
  const said = () => `Question ${++serial}`;
  const body = (content: string, more: object = {}) => ({
    ...{ model, max_tokens: 4000, messages: [{ role: 'user' as const, content }] },
    ...more,
  });
  const create = async (
    content: string,
    use = 'on',
    { token = test.token, headers = {}, more = {} } = {},
  ) => {
    const { data, response } = await sdkOf(token)
      .messages.create(body(content, more), { headers: { [header]: use, ...headers } })
      .withResponse();
    const [block] = data.content;
    return { text: block?.type === 'text' ? block.text : '', told: response.headers.get(header), response };
  };
  const says = (...texts: string[]) => test.core.fake.enqueue(...texts.map(answer));

  describe('to a plain call', () => {
    it('is given again to the same call, which says so, costs nothing and is in the log', async () => {
      const spender = await test.addClient({ limits: { usdPerDay: 1 } });
      const content = said();
      says('All is well.');
      const before = asked();
      const first = await create(content, 'on', { token: spender.token });
      const spent = test.limiter.left(
        (await test.users.clients.list()).find(({ id }) => id === spender.id) ?? assert.fail(),
      );
      const again = await create(content, 'on', { token: spender.token });
      assert.deepEqual([first.text, first.told], ['All is well.', 'miss']);
      assert.deepEqual([again.text, again.told], ['All is well.', 'hit']);
      assert.match(again.response.headers.get('age') ?? '', /^\d+$/);
      assert.equal(asked() - before, 1);
      const left = test.limiter.left(
        (await test.users.clients.list()).find(({ id }) => id === spender.id) ?? assert.fail(),
      );
      assert.deepEqual(
        left.map(({ kind, left: rest }) => [kind, rest]),
        spent.map(({ kind, left: rest }) => [kind, rest]),
      );
      const [row] = await test.relay
        .usage({ by: ['client'], from: 0, to: Date.now() + 1000 })
        .then((rows) => rows.filter(({ client }) => client === spender.id));
      assert.deepEqual([row?.calls, row?.failures, row?.unpriced], [2, 0, 0]);
      const logged = (await test.users.calls.calls({ limit: 1000 })).filter(
        ({ client }) => client === spender.id,
      );
      assert.deepEqual(
        logged.map(({ cache, usage }) => [cache, usage === undefined]),
        [
          [undefined, false],
          ['hit', true],
        ],
      );
    });

    it('is given also to a client that has nothing to spend', async () => {
      const content = said();
      const poor = (await test.addClient({ limits: { usdPerDay: 0.000_001 } })).token;
      says('All is well.');
      await create(content, 'shared');
      assert.equal((await create(content, 'shared', { token: poor })).told, 'hit');
      await assert.rejects(
        create(said(), 'shared', { token: poor }),
        (error) => error instanceof Anthropic.APIError && error.status === 402,
      );
    });

    it('streams as it streamed, in either wire', async () => {
      const content = said();
      says('One two three.', 'Four five six.');
      const openai = new OpenAI({ apiKey: test.token, baseURL: `${test.url}/v1`, maxRetries: 0 });
      const told: string[] = [];
      const before = asked();
      for (let round = 0; round < 2; round++) {
        const stream = sdkOf().messages.stream(body(content), { headers: { [header]: 'on' } });
        told.push(await stream.finalText());
        const chunks = await openai.chat.completions.create(
          { model, messages: [{ role: 'user', content }], stream: true },
          { headers: { [header]: 'on' } },
        );
        let text = '';
        for await (const chunk of chunks) text += chunk.choices[0]?.delta.content ?? '';
        told.push(text);
      }
      assert.deepEqual(told, ['One two three.', 'Four five six.', 'One two three.', 'Four five six.']);
      assert.equal(asked() - before, 2);
    });

    const others: [string, object, Record<string, string>][] = [
      ['another ceiling', { max_tokens: 3999 }, {}],
      ['another system prompt', { system: 'Be brief.' }, {}],
      ['another model', { model: 'claude-sonnet-5-5' }, {}],
      ['a tool', { tools: [{ name: 'look', input_schema: { type: 'object' } }] }, {}],
      ['another version', {}, { 'anthropic-version': '2023-06-01' }],
      ['a beta', {}, { 'anthropic-beta': 'context-1m-2025-08-07' }],
    ];
    for (const [what, more, headers] of others) {
      it(`is not given to a call with ${what}`, async () => {
        const content = said();
        says('One.', 'Two.');
        await create(content);
        const other = await create(content, 'on', { more, headers });
        assert.deepEqual([other.text, other.told], ['Two.', 'miss']);
      });
    }

    it('threat 20: is not given to another client, unless both share', async () => {
      const stranger = (await test.addClient({ name: 'stranger' })).token;
      const content = said();
      says('Mine.', 'Theirs.', 'Shared.');
      await create(content);
      assert.equal((await create(content, 'on', { token: stranger })).text, 'Theirs.');
      assert.equal((await create(content, 'shared')).text, 'Shared.');
      const shared = await create(content, 'max-age=60, shared', { token: stranger });
      assert.deepEqual([shared.text, shared.told], ['Shared.', 'hit']);
      assert.equal((await create(content)).text, 'Mine.');
    });

    const failing: [string, Behaviour][] = [
      ['an error', { kind: 'error', status: 529 }],
      ['a refusal', { ...answer('No.'), stopReason: 'refusal' }],
      ['a call of a tool', toolCall('toolu_1', 'look', {})],
      ['one that was cut at its ceiling', { ...answer('All is'), stopReason: 'max_tokens' }],
      ['one that broke off', { kind: 'truncate', text: 'half an ans' }],
    ];
    for (const [what, behaviour] of failing) {
      it(`threats 17 and 20: is never ${what}`, async () => {
        const content = said();
        const more = { tools: [{ name: 'look', input_schema: { type: 'object' } }] };
        // An answer that is no stream cannot be cut without being told.
        for (const stream of behaviour.kind === 'truncate' ? [true] : [true, false]) {
          test.core.fake.enqueue(behaviour, answer('Well.'));
          const send = () =>
            fetch(`${test.url}/v1/messages`, {
              method: 'POST',
              headers: {
                ...bearer(test.token),
                ...{ 'content-type': 'application/json', 'anthropic-version': '2023-06-01', [header]: 'on' },
                'x-causeway-retries': '0',
              },
              body: JSON.stringify(body(content, { ...more, stream })),
            });
          await (await send()).text();
          const second = await send();
          assert.match(await second.text(), /Well\./);
          assert.equal(second.headers.get(header), 'miss');
        }
      });
    }

    it('is not kept where a secret is in what was asked or answered', async () => {
      const secret = ['ghp', '_wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0', 'pINUx'].join('');
      for (const [question, first] of [
        [`${said()} ${secret}`, 'One.'],
        [said(), `It is ${secret}.`],
      ] as const)
        for (const stream of [false, true]) {
          says(first, 'Two.');
          const ask = () => create(question, 'on', { more: { metadata: { user_id: String(stream) } } });
          const streamed = async () =>
            sdkOf()
              .messages.stream(body(question), { headers: { [header]: 'on' } })
              .finalText();
          await (stream ? streamed() : ask());
          assert.equal(stream ? await streamed() : (await ask()).text, 'Two.');
        }
    });

    it('is not older than either call wants it, whatever the wall clock does', async () => {
      const content = said();
      says('One.', 'Two.', 'Three.');
      await create(content, 'max-age=60');
      now = 30_000;
      assert.equal((await create(content, 'max-age=60')).text, 'One.');
      assert.equal((await create(content, 'max-age=20')).text, 'Two.');
      now = 70_000;
      assert.equal((await create(content, 'max-age=60')).text, 'Three.');
    });

    it('is not asked for without the header, nor where it says off', async () => {
      const content = said();
      says('One.', 'Two.', 'Three.');
      await create(content);
      const off = await create(content, 'off');
      assert.deepEqual([off.text, off.told], ['Two.', null]);
      const plain = await sdkOf().messages.create(body(content));
      assert.deepEqual(plain.content[0]?.type === 'text' && plain.content[0].text, 'Three.');
    });

    it('is asked for in words that are known, else the call is refused', async () => {
      for (const use of ['yes', 'max-age=', 'max-age=86401', 'on, please'])
        await assert.rejects(create(said(), use), Anthropic.BadRequestError);
    });
  });

  describe('in sessions', () => {
    const post = async (path: string, value: unknown, use: string | undefined, token = test.token) => {
      const response = await fetch(`${test.url}${path}`, {
        method: 'POST',
        headers: {
          ...bearer(token),
          'content-type': 'application/json',
          ...(use === undefined ? {} : { [header]: use }),
        },
        body: JSON.stringify(value),
      });
      const text = await response.text();
      const json = text.startsWith('{') ? JSON.parse(text) : text;
      return { told: response.headers.get(header), status: response.status, body: json };
    };
    const newSession = async (): Promise<string> =>
      (await call(test, 'POST', '/v1/sessions', {})).body.session.id;

    it('is given again to a turn whose whole context is the same, and costs nothing', async () => {
      const text = said();
      says('All is well.', 'Otherwise.');
      const before = asked();
      const first = await post(`/v1/sessions/${await newSession()}/turns`, { text }, 'on');
      const session = await newSession();
      const again = await post(`/v1/sessions/${session}/turns`, { text }, 'on');
      assert.deepEqual([first.told, again.told], ['miss', 'hit']);
      assert.deepEqual([again.body.text, again.body.entry.cached], ['All is well.', true]);
      assert.deepEqual([again.body.entry.costUsd, again.body.entry.usage.outputTokens], [0, 0]);
      assert.equal(asked() - before, 1);
      // Now there is a conversation before it, and so another context.
      const third = await post(`/v1/sessions/${session}/turns`, { text }, 'on');
      assert.deepEqual([third.told, third.body.text], ['miss', 'Otherwise.']);
    });

    it('is given to a turn of a client that has nothing to spend', async () => {
      const text = said();
      const poor = (await test.addClient({ limits: { usdPerDay: 0.000_001 } })).token;
      says('All is well.');
      await post(`/v1/sessions/${await newSession()}/turns`, { text }, 'shared');
      const shared = async () =>
        (await call(test, 'POST', '/v1/sessions', { shared: true })).body.session.id as string;
      const hit = await post(`/v1/sessions/${await shared()}/turns`, { text }, 'shared', poor);
      assert.deepEqual([hit.told, hit.body.text], ['hit', 'All is well.']);
      const miss = await post(`/v1/sessions/${await shared()}/turns`, { text: said() }, 'shared', poor);
      assert.equal(miss.status, 402);
    });

    it('streams to a turn that asks for events', async () => {
      const text = said();
      says('One two three.');
      await post(`/v1/sessions/${await newSession()}/turns`, { text }, 'on');
      const again = await post(`/v1/sessions/${await newSession()}/turns`, { text, stream: true }, 'on');
      assert.equal(again.told, 'hit');
      const told = [...again.body.matchAll(/^event: turn\.text\ndata: (.*)$/gm)].map(
        ([, data]) => JSON.parse(data).text,
      );
      assert.equal(told.join(''), 'One two three.');
      assert.match(again.body, /event: turn\.ended/);
    });

    it('is given again to a prompt whose file says so, by the values', async () => {
      says('Hello, Ada.', 'Hello, Bob.');
      const greet = (who: string) => post('/v1/prompts/greet', { input: { who } }, undefined);
      const got = [await greet('Ada'), await greet('Bob'), await greet('Ada')];
      assert.deepEqual(
        got.map(({ told, body }) => [told, body.text]),
        [
          ['miss', 'Hello, Ada.'],
          ['miss', 'Hello, Bob.'],
          ['hit', 'Hello, Ada.'],
        ],
      );
    });

    it('is not one that does not fit its prompt’s schema', async () => {
      says('No JSON.', '{"ok": true}');
      const first = await post('/v1/prompts/judge', {}, undefined);
      const second = await post('/v1/prompts/judge', {}, undefined);
      const third = await post('/v1/prompts/judge', {}, undefined);
      assert.deepEqual([first.status, second.told, second.body.output], [502, 'miss', { ok: true }]);
      assert.equal(third.told, 'hit');
    });

    it('is not given to another client', async () => {
      const text = said();
      const stranger = (await test.addClient({ name: 'stranger', scopes: [...clientScopes] })).token;
      says('Mine.', 'Theirs.');
      await post(`/v1/sessions/${await newSession()}/turns`, { text }, 'on');
      const session = (await call(test, 'POST', '/v1/sessions', { shared: true })).body.session.id;
      const theirs = await post(`/v1/sessions/${session}/turns`, { text }, 'on', stranger);
      assert.deepEqual([theirs.told, theirs.body.text], ['miss', 'Theirs.']);
    });

    it('is gone when the session is purged in which it was given', async () => {
      const text = said();
      says('One.', 'Two.');
      const session = await newSession();
      await post(`/v1/sessions/${session}/turns`, { text }, 'on');
      await test.core.store.purge(session);
      assert.equal((await post(`/v1/sessions/${await newSession()}/turns`, { text }, 'on')).told, 'miss');
    });

    it('is never one that failed or calls a tool', async () => {
      const text = said();
      test.core.fake.enqueue({ kind: 'truncate', text: 'half' }, answer('Well.'));
      await post(`/v1/sessions/${await newSession()}/turns`, { text }, 'on');
      assert.equal((await post(`/v1/sessions/${await newSession()}/turns`, { text }, 'on')).told, 'miss');
    });

    it('is given to a session’s call on the model wires, and is marked in its session', async () => {
      const content = said();
      says('All is well.');
      const headers = { 'x-causeway-session': 'new' };
      const first = await create(content, 'on', { headers });
      const again = await create(content, 'on', { headers });
      assert.deepEqual([first.told, again.told, again.text], ['miss', 'hit', 'All is well.']);
      const id = again.response.headers.get('x-causeway-session') ?? '';
      const last = (await test.core.store.log(id)).at(-1);
      assert.equal(last?.kind === 'assistant' && last.cached, true);
    });
  });
});
