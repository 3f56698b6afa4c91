/** Calls without a session that other servers than Claude's API answer, made by the SDKs that people use. */
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { routeSettings } from '../../../src/core/providers/routes.ts';
import { type Check, readContract } from '../../support/anthropic/contract.ts';
import { answer } from '../../support/anthropic/script.ts';
import * as chat from '../../support/openai/script.ts';
import type { FakeOpenAi } from '../../support/openai/server.ts';
import { type BridgeWithServers, startWithServers } from '../../support/servers.ts';
import { bearer, call, type TestBridge } from '../bridge/support.ts';

const messages = [{ role: 'user' as const, content: 'Why?' }];
const model = 'mine/fake-large';
const png = 'iVBORw0KGgo=';
const schema = {
  type: 'object',
  properties: { cause: { type: 'string' } },
  required: ['cause'],
  additionalProperties: false,
};
const look = { name: 'look', description: 'Looks.', input_schema: { type: 'object' as const } };

describe('wire: plain calls of other servers', function () {
  this.timeout(60_000);
  let all: BridgeWithServers<'mine' | 'spare' | 'priced'>;
  let test: TestBridge;
  let mine: FakeOpenAi;
  let spare: FakeOpenAi;
  let sdk: Anthropic;
  let openai: OpenAI;
  let contract: Check;
  before(async () => {
    contract = readContract();
    all = await startWithServers({ mine: 'openai', spare: 'mistral', priced: 'openrouter' });
    ({ test } = all);
    ({ mine, spare } = all.servers);
    sdk = new Anthropic({ apiKey: test.token, baseURL: test.url, maxRetries: 0 });
    openai = new OpenAI({ apiKey: test.token, baseURL: `${test.url}/v1`, maxRetries: 0 });
  });
  afterEach(() => {
    test.core.settings.routes = {};
    mine.always(undefined);
    spare.always(undefined);
  });
  after(() => all.close());

  it('a workspace that is marked local-only lets calls go to servers on this machine, and nowhere else', async () => {
    test.core.settings.localOnly = true;
    try {
      mine.enqueue(chat.answer('From here.'));
      const here = await openai.chat.completions.create({ model, messages });
      assert.equal(here.choices[0]?.message.content, 'From here.');
      const before = test.core.fake.requests.length;
      await assert.rejects(
        openai.chat.completions.create({ model: 'claude-sonnet-5-5', messages }),
        /marked local-only/,
      );
      assert.equal(test.core.fake.requests.length, before);
    } finally {
      test.core.settings.localOnly = false;
    }
  });

  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the fake was sent as it came.
  const sent = (fake: FakeOpenAi): any =>
    fake.requests.findLast(({ path }) => path.endsWith('/chat/completions'))?.body;
  /** Texts of ours have no citations, where the API has null: older clients fail on it. */
  const fits = (name: 'event' | 'message', value: object) => {
    const text = JSON.stringify(value).replaceAll('{"type":"text",', '{"citations":null,"type":"text",');
    assert.deepEqual(contract(name, JSON.parse(text)), [], text);
  };
  const row = async (name: string) =>
    (await test.relay.usage({ by: ['model'], from: 0, to: Date.now() + 1_000 })).find(
      (one) => one.model === name,
    );
  const newest = async () => (await test.calls.read((log) => log.calls({ limit: 1 })))[0];
  const ask = (more: Partial<Anthropic.MessageCreateParamsNonStreaming> = {}) =>
    sdk.messages.create({ model, max_tokens: 4_000, messages, ...more }).withResponse();

  describe('asked on Anthropic’s wire', () => {
    it('are answered whole, with the usage and the id of the request', async () => {
      mine.enqueue(chat.answer('The timer.'));
      // Clients of the API's older version send it; the installed SDK has no name for it.
      const more = { system: 'Be brief.', stop_sequences: ['END'], ...{ temperature: 0.3 } };
      const { data, request_id } = await ask(more);
      assert.deepEqual(data.content, [{ type: 'text', text: 'The timer.' }]);
      assert.deepEqual([data.stop_reason, data.model, data.role], ['end_turn', 'fake-large', 'assistant']);
      assert.ok(data.usage.input_tokens > 0 && data.usage.output_tokens > 0);
      assert.match(request_id ?? '', /^req_fake_\d+$/);
      const body = sent(mine);
      assert.deepEqual(
        [body.model, body.stream, body.temperature, body.stop, body.max_completion_tokens],
        ['fake-large', false, 0.3, ['END'], 4_000],
      );
      assert.deepEqual(body.messages[0], { role: 'system', content: 'Be brief.' });
      assert.equal(await test.core.store.list().then(({ length }) => length), 0);
    });

    it('stream text and calls of tools in the events of the API', async () => {
      mine.enqueue({
        ...chat.toolCall('call_1', 'look', { path: 'a é 😀.ts' }),
        text: 'I look.',
        sliceBytes: 7,
      });
      const events: Anthropic.RawMessageStreamEvent[] = [];
      const stream = await sdk.messages.create({
        model,
        max_tokens: 4_000,
        messages,
        tools: [look],
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
        stream: true,
      });
      for await (const event of stream) events.push(event);
      for (const event of events) fits('event', event);
      assert.ok(((await newest())?.firstTokenMs ?? 0) > 0);
      assert.equal(events[0]?.type, 'message_start');
      assert.equal(events.at(-1)?.type, 'message_stop');
      const { tool_choice, parallel_tool_calls } = sent(mine);
      assert.deepEqual([tool_choice, parallel_tool_calls], ['required', false]);
      mine.enqueue({ ...chat.toolCall('call_1', 'look', { path: 'a é 😀.ts' }), text: 'I look.' });
      const final = await sdk.messages
        .stream({ model, max_tokens: 4_000, messages, tools: [look] })
        .finalMessage();
      assert.deepEqual(final.content, [
        { type: 'text', text: 'I look.' },
        {
          type: 'tool_use',
          id: 'call_1',
          name: 'look',
          input: { path: 'a é 😀.ts' },
          caller: { type: 'direct' },
        },
      ]);
      assert.equal(final.stop_reason, 'tool_use');
      assert.ok(final.usage.output_tokens > 0);
    });

    it('are told the results of tools, pictures and a form for the answer', async () => {
      mine.enqueue(chat.answer('{"cause":"timer"}'));
      const { data, response } = await ask({
        tools: [look],
        output_config: { format: { type: 'json_schema', schema } },
        metadata: { user_id: 'u1' },
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is it?' },
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
            ],
          },
          { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }] },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'It is there.' }],
          },
        ],
      });
      assert.deepEqual(data.content, [{ type: 'text', text: '{"cause":"timer"}' }]);
      assert.equal(response.headers.get('x-causeway-ignored'), 'metadata');
      const body = sent(mine);
      assert.equal(body.messages[0].content[1].image_url.url, `data:image/png;base64,${png}`);
      assert.deepEqual(body.messages.at(-1), {
        role: 'tool',
        tool_call_id: 'toolu_1',
        content: 'It is there.',
      });
      assert.deepEqual(body.response_format.json_schema, { name: 'answer', strict: true, schema });
    });

    it('are told pictures by their address, which the server fetches', async () => {
      mine.enqueue(chat.answer('A clock.'));
      const url = 'https://example.com/a.png';
      await ask({ messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url } }] }] });
      assert.deepEqual(sent(mine).messages[0].content, [{ type: 'image_url', image_url: { url } }]);
    });

    it('whose answers fit the types of the installed SDK', async () => {
      mine.enqueue({ ...chat.toolCall('call_1', 'look', { path: 'a' }), text: 'I look.' });
      const { data } = await ask({ tools: [look] });
      fits('message', data);
    });

    const refused: [field: string, more: object][] = [
      ['tools.0.type', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
      [
        'messages.0.content.0.source.type',
        {
          messages: [
            { role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'file_1' } }] },
          ],
        },
      ],
      ['messages.1.role', { messages: [...messages, { role: 'system', content: 'Be brief.' }] }],
      [
        'messages.0.content.0.type',
        {
          messages: [
            { role: 'user', content: [{ type: 'search_result', source: 'a', title: 'b', content: [] }] },
          ],
        },
      ],
      ['max_tokens', { max_tokens: 'many' }],
    ];
    for (const [field, more] of refused)
      it(`are refused what cannot be translated, by its field ${field}`, async () => {
        const before = mine.requests.length;
        const error = await ask(more as never).catch((thrown: unknown) => thrown);
        assert.ok(error instanceof Anthropic.BadRequestError, String(error));
        assert.ok(error.message.includes(field), error.message);
        assert.equal(mine.requests.length, before);
      });

    it('are not counted before they are sent', async () => {
      const error = await sdk.messages.countTokens({ model, messages }).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof Anthropic.BadRequestError, String(error));
      assert.match(error.message, /model/);
    });
  });

  describe('asked on OpenAI’s wire', () => {
    it('pass as they are but for the name of the model, and so does their answer', async () => {
      mine.enqueue(chat.answer('The timer.'));
      const body = `{ "messages":[{"role":"user","content":"\\u00e9 é 😀"}], "model" : "${model}",\n"seed":7,"n":2,"logit_bias":{"5":1}}`;
      const got = await fetch(`${test.url}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          ...bearer(test.token),
          'content-type': 'application/json',
          'openai-organization': 'org_x',
        },
        body,
      });
      assert.equal(got.status, 200);
      const record = mine.requests.at(-1);
      const passed = body.replace(`"${model}"`, '"fake-large"');
      assert.equal(record?.headers['content-length'], String(Buffer.byteLength(passed)));
      assert.deepEqual(sent(mine), JSON.parse(passed));
      assert.equal(record?.headers.authorization, 'Bearer sk-mine-key');
      assert.equal(record?.headers['openai-organization'], undefined);
      assert.match(got.headers.get('x-request-id') ?? '', /^req_fake_/);
      const { choices, object } = (await got.json()) as OpenAI.ChatCompletion;
      assert.deepEqual([choices[0]?.message.content, object], ['The timer.', 'chat.completion']);
    });

    it('stream, with the usage at the end where it is asked for', async () => {
      mine.enqueue({ ...chat.answer('One two é 😀 three.'), sliceBytes: 9 });
      const before = (await row(model))?.usage.outputTokens ?? 0;
      const stream = await openai.chat.completions.create({
        model,
        messages,
        stream: true,
        stream_options: { include_usage: true },
      });
      let text = '';
      let total = 0;
      let output = 0;
      for await (const { choices, usage } of stream) {
        text += choices[0]?.delta.content ?? '';
        total = usage?.total_tokens ?? total;
        output = usage?.completion_tokens ?? output;
      }
      assert.deepEqual([text, total > 0], ['One two é 😀 three.', true]);
      assert.equal((await row(model))?.usage.outputTokens, before + output);
      assert.ok(((await newest())?.firstTokenMs ?? 0) > 0);
    });

    it('call tools, whole and streamed', async () => {
      const tools: OpenAI.ChatCompletionTool[] = [
        { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } },
      ];
      mine.enqueue(chat.toolCall('call_1', 'look', { path: 'a.ts' }), chat.toolCall('call_2', 'look', {}));
      const first = await openai.chat.completions.create({ model, messages, tools, tool_choice: 'required' });
      assert.equal(first.choices[0]?.finish_reason, 'tool_calls');
      const { choices } = await openai.chat.completions
        .stream({ model, messages, tools })
        .finalChatCompletion();
      assert.equal(choices[0]?.message.tool_calls?.[0]?.id, 'call_2');
    });

    it('keep the server’s own refusal of a field', async () => {
      const error = await openai.chat.completions
        .create({ model, messages, max_tokens: 5 })
        .catch((thrown: unknown) => thrown);
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.equal(error.code, 'unsupported_parameter');
    });
  });

  for (const [wire, send] of [
    ['Anthropic’s', () => ask()],
    ['OpenAI’s', () => openai.chat.completions.create({ model, messages }).withResponse()],
  ] as [string, () => Promise<{ data: unknown }>][]) {
    for (const status of [400, 401, 429, 500, 503] as const)
      it(`an error ${status} of the server comes on ${wire} wire with its words, its time to wait and without the key`, async () => {
        mine.enqueue({
          kind: 'error',
          status,
          message: 'Scripted words about sk-mine-key.',
          headers: { 'retry-after': '7' },
        });
        const error = await send().catch((thrown: unknown) => thrown);
        assert.ok(error instanceof Anthropic.APIError || error instanceof OpenAI.APIError, String(error));
        assert.equal(error.status, status);
        assert.match(error.message, /Scripted words/);
        assert.doesNotMatch(JSON.stringify([error.message, error.error]), /sk-mine-key/);
        assert.equal(error.headers?.get('retry-after'), '7');
      });
    it(`a server that is gone is told on ${wire} wire`, async () => {
      mine.enqueue({ kind: 'hang_up' });
      const error = await send().catch((thrown: unknown) => thrown);
      assert.ok(error instanceof Anthropic.APIError || error instanceof OpenAI.APIError, String(error));
      assert.equal(error.status, 502);
    });
  }

  for (const behaviour of [
    {
      kind: 'error_in_stream',
      error: { message: 'Too busy sk-mine-key', type: 'server_error' },
      text: 'Half',
    },
    { kind: 'truncate', text: 'Half' },
    { kind: 'truncate', text: 'Half', done: true },
    { kind: 'disconnect', text: 'Half' },
  ] as const)
    it(`threat 17: a stream that breaks off by ${JSON.stringify(behaviour).slice(8, 40)} is an error on both wires`, async () => {
      mine.enqueue(behaviour);
      const texts: string[] = [];
      const failed = await (async () => {
        const stream = await sdk.messages.create({ model, max_tokens: 100, messages, stream: true });
        for await (const event of stream)
          if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
            texts.push(event.delta.text);
      })().catch((thrown: unknown) => thrown);
      assert.ok(failed instanceof Anthropic.APIError, String(failed));
      assert.doesNotMatch(failed.message, /sk-mine-key/);
      assert.equal(texts.join(''), 'Half');
      // A server that says itself that it is done is passed on as it is.
      if ('done' in behaviour) return;
      mine.enqueue(behaviour);
      const stream = await openai.chat.completions.create({ model, messages, stream: true });
      await assert.rejects(async () => {
        for await (const _ of stream);
      }, OpenAI.APIError);
    });

  it('a client that goes away ends the request at the server', async () => {
    mine.enqueue({ kind: 'answer', text: 'one two three', gated: true });
    const abort = new AbortController();
    const { signal } = abort;
    const asked = sdk.messages.create({ model, max_tokens: 100, messages, stream: true }, { signal });
    await mine.gate.arrived();
    const closed = mine.requests.at(-1)?.closed;
    abort.abort();
    await assert.rejects(asked, Anthropic.APIUserAbortError);
    assert.equal(await closed, false);
  });

  it('stand in the log by the server’s name, and without a price where none is known', async () => {
    mine.enqueue(chat.answer('One.'));
    const { data } = await ask({ model: 'mine/fake-small' });
    const one = await row('mine/fake-small');
    assert.deepEqual([one?.calls, one?.unpriced, one?.cost], [1, 1, 0]);
    assert.equal(one?.usage.outputTokens, data.usage.output_tokens);
  });

  it('are held to limits: money where no price is known is refused, tokens are counted', async () => {
    const poor = await test.addClient({ name: 'poor', limits: { usdPerDay: 1 } });
    const client = new Anthropic({ apiKey: poor.token, baseURL: test.url, maxRetries: 0 });
    const before = mine.requests.length;
    const error = await client.messages
      .create({ model, max_tokens: 10, messages })
      .catch((thrown: unknown) => thrown);
    assert.ok(error instanceof Anthropic.APIError && error.status === 402, String(error));
    assert.equal(mine.requests.length, before);
    const few = await test.addClient({ name: 'few', limits: { tokensPerMinute: 10 } });
    const bounded = new OpenAI({ apiKey: few.token, baseURL: `${test.url}/v1`, maxRetries: 0 });
    await bounded.chat.completions.create({ model, messages });
    await assert.rejects(bounded.chat.completions.create({ model, messages }), OpenAI.RateLimitError);
    assert.equal(mine.requests.length, before + 1);
  });

  it('are held to money by what all of several answers may cost', async () => {
    await test.core.engine.refreshModels(AbortSignal.timeout(5_000));
    const { token } = await test.addClient({ name: 'frugal', limits: { usdPerDay: 0.5 } });
    const client = new OpenAI({ apiKey: token, baseURL: `${test.url}/v1`, maxRetries: 0 });
    const one = { model: 'priced/fake-large', messages, max_tokens: 1_000 };
    await client.chat.completions.create(one);
    const before = all.servers.priced.requests.length;
    const error = await client.chat.completions.create({ ...one, n: 100 }).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof OpenAI.APIError && error.status === 402, String(error));
    assert.equal(all.servers.priced.requests.length, before);
  });

  it('are not sent in Restricted Mode, and models of others than servers answer in sessions alone', async () => {
    test.core.workspace.trusted = false;
    const before = mine.requests.length;
    try {
      await assert.rejects(ask(), Anthropic.PermissionDeniedError);
    } finally {
      test.core.workspace.trusted = true;
    }
    assert.equal(mine.requests.length, before);
    const error = await ask({ model: 'offline/quotes' }).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof Anthropic.BadRequestError, String(error));
    assert.match(error.message, /sessions alone/);
    await assert.rejects(ask({ model: 'mine2/none' }), Anthropic.NotFoundError);
    await assert.rejects(ask({ model: 'nobody-knows' }), Anthropic.NotFoundError);
  });

  it('are in the list of models beside Claude’s, by the names they are asked by, and alone without its key', async () => {
    test.core.settings.routes = routeSettings.parse({ main: { models: ['mine/fake-large'] } });
    const ids = async () => (await openai.models.list()).data.map(({ id }) => id);
    const listed = await ids();
    for (const id of [
      'claude-opus-5-5',
      'mine/fake-large',
      'mine/fake-embed',
      'spare/fake-small',
      'route/main',
    ])
      assert.ok(listed.includes(id), id);
    all.setClaudeKey(undefined);
    try {
      const others = await ids();
      assert.ok(others.includes('mine/fake-large') && !others.includes('claude-opus-5-5'), String(others));
    } finally {
      all.setClaudeKey(all.claude.key);
    }
  });

  it('have Claude’s models where a gateway lists them and Claude has no key', async () => {
    spare.models.push({ id: 'claude-opus-5-5', window: 200_000 });
    await test.core.engine.refreshModels(AbortSignal.timeout(5_000));
    all.setClaudeKey(undefined);
    test.core.secrets.key = undefined;
    try {
      spare.enqueue(chat.answer('By the gateway.'));
      const { data } = await ask({ model: 'claude-opus-5-5' });
      assert.deepEqual(data.content, [{ type: 'text', text: 'By the gateway.' }]);
      await assert.rejects(ask({ model: 'claude-haiku-4-5' }), Anthropic.AuthenticationError);
    } finally {
      all.setClaudeKey(all.claude.key);
      test.core.secrets.key = all.claude.key;
    }
  });

  it('have an idempotency-key upstream that no other program can have', async () => {
    const other = (await test.addClient()).token;
    const keyOf = async (name: string, token: string, key: string) => {
      if (name === model) mine.enqueue(chat.answer('Well.'));
      else all.claude.enqueue(answer('Well.'));
      const got = await fetch(`${test.url}/v1/messages`, {
        method: 'POST',
        headers: {
          ...bearer(token),
          ...{ 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
          'idempotency-key': key,
        },
        body: JSON.stringify({ model: name, max_tokens: 100, messages }),
      });
      assert.equal(got.status, 200, await got.text());
      const { requests } = name === model ? mine : test.core.fake;
      return requests.at(-1)?.headers['idempotency-key'];
    };
    for (const name of [model, 'claude-opus-5-5']) {
      const first = await keyOf(name, test.token, 'same');
      assert.match(first ?? '', /^[0-9a-f]{64}$/);
      assert.equal(await keyOf(name, test.token, 'same'), first);
      const [theirs, owners, second] = [
        await keyOf(name, other, 'same'),
        await keyOf(name, test.ownerToken(), 'same'),
        await keyOf(name, test.token, 'another'),
      ];
      assert.equal(new Set([first, theirs, owners, second]).size, 4);
    }
  });

  describe('by a route', () => {
    const route = (...models: unknown[]) => {
      test.core.settings.routes = routeSettings.parse({ main: { models } });
    };
    /** A model that did not fail yet: after three failures in a row one is asked last for a while. */
    const fresh = (): string => {
      const id = `fresh-${mine.models.length}`;
      mine.models.push({ id, window: 128_000 });
      return `mine/${id}`;
    };
    const textOf = ([block]: Anthropic.ContentBlock[]) => block?.type === 'text' && block.text;
    const content = async () => textOf((await ask({ model: 'route/main' })).data.content);

    for (const failing of [
      { kind: 'error', status: 429 },
      { kind: 'error', status: 503 },
      { kind: 'error', status: 500 },
      { kind: 'hang_up' },
      { kind: 'error', status: 400, code: 'context_length_exceeded', message: 'too long' },
    ] as const)
      it(`are answered by the next model where the first one fails by ${JSON.stringify(failing).slice(8, 40)}`, async () => {
        route(fresh(), 'spare/fake-small', 'anthropic/claude-opus-5-5');
        mine.enqueue(failing);
        spare.enqueue(chat.answer('I stand in.'));
        assert.equal(await content(), 'I stand in.');
        mine.enqueue({ kind: 'error', status: 503 });
        spare.enqueue({ kind: 'error', status: 503 });
        all.claude.enqueue(answer('And I.'));
        const streamed = await sdk.messages
          .stream({ model: 'route/main', max_tokens: 100, messages })
          .finalMessage();
        assert.equal(textOf(streamed.content), 'And I.');
        assert.equal(streamed.model, 'claude-opus-5-5');
      });

    it('are not answered by another for a wrong request, and tell the last error where all fail', async () => {
      route(fresh(), 'spare/fake-small');
      const before = spare.requests.length;
      mine.enqueue({ kind: 'error', status: 400, message: 'Wrong' });
      await assert.rejects(content(), /Wrong/);
      assert.equal(spare.requests.length, before);
      mine.always(() => ({ kind: 'error', status: 503 }));
      spare.always(() => ({ kind: 'error', status: 429, message: 'Slow down' }));
      await assert.rejects(content(), Anthropic.RateLimitError);
    });

    const doors: [what: string, send: (kept: boolean) => Promise<unknown>][] = [
      [
        'a plain call',
        (kept) =>
          sdk.messages.create(
            { model: 'route/main', max_tokens: 100, messages },
            { headers: kept ? { 'x-causeway-cache': 'on' } : {} },
          ),
      ],
      [
        'a turn',
        async (kept) => {
          const { body } = await call(test, 'POST', '/v1/sessions', {});
          const sent = await fetch(`${test.url}/v1/sessions/${body.session.id}/turns`, {
            method: 'POST',
            headers: {
              ...bearer(test.token),
              'content-type': 'application/json',
              ...(kept ? { 'x-causeway-cache': 'on' } : {}),
            },
            body: JSON.stringify({ text: 'Why?', model: 'route/main' }),
          });
          assert.equal(sent.status, 200, await sent.clone().text());
          return sent.text();
        },
      ],
    ];
    for (const [what, send] of doors)
      it(`are kept from a model that fails, though an answer of it that was kept was given to ${what} in between`, async () => {
        route(fresh(), 'spare/fake-small');
        const fails = async () => {
          mine.enqueue({ kind: 'error', status: 503 });
          spare.enqueue(chat.answer('I stand in.'));
          await send(false);
        };
        mine.enqueue(chat.answer('Kept.'));
        await send(true);
        await fails();
        await fails();
        const before = mine.requests.length;
        await send(true);
        assert.equal(mine.requests.length, before);
        await fails();
        spare.enqueue(chat.answer('I alone.'));
        await send(false);
        assert.equal(mine.requests.length, before + 1);
      });

    it('share conversations out by weight, each to one model', async () => {
      route({ model: fresh(), weight: 1 }, { model: 'anthropic/claude-opus-5-5', weight: 1 });
      mine.always(() => chat.answer('Mine.'));
      const asked = async (first: string, more: Anthropic.MessageParam[] = []) =>
        (await ask({ model: 'route/main', messages: [{ role: 'user', content: first }, ...more] })).data
          .model;
      const models = new Set<string>();
      for (let n = 0; n < 12; n++) {
        const first = await asked(`Question ${n}`);
        models.add(first);
        const again = await asked(`Question ${n}`, [
          { role: 'assistant', content: 'So.' },
          { role: 'user', content: 'And?' },
        ]);
        assert.equal(again, first);
      }
      assert.equal(models.size, 2);
    });

    it('are answered on OpenAI’s wire too, with each attempt in the log', async () => {
      const first = fresh();
      route(first, 'anthropic/claude-opus-5-5');
      mine.enqueue({ kind: 'error', status: 503 });
      all.claude.enqueue(answer('I stand in.'));
      const { choices } = await openai.chat.completions.create({ model: 'route/main', messages });
      assert.equal(choices[0]?.message.content, 'I stand in.');
      assert.equal((await row(first))?.failures, 1);
      assert.equal(await row('route/main'), undefined);
    });
  });
});
