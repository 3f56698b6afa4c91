/** Anthropic's SDK, pointed at the bridge by its base URL and nothing else. */
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const ask = {
  model: 'claude-opus-5-5',
  max_tokens: 8000,
  messages: [{ role: 'user' as const, content: 'Why is it flaky?' }],
};

describe('wire: Anthropic’s SDK through the bridge', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let sdk: Anthropic;
  before(async () => {
    test = await startTestBridge();
    sdk = new Anthropic({ apiKey: test.token, baseURL: test.url, maxRetries: 0 });
  });
  after(() => test.close());

  const lastRequest = () => {
    const request = test.core.fake.requests.at(-1);
    assert.ok(request);
    return request;
  };
  /** The rows of the log, as sums by model. */
  const logged = async (model: string) =>
    (await test.relay.usage({ by: ['model'], from: 0, to: Date.now() + 1000 })).find(
      (row) => row.model === model,
    );

  it('gets an answer, the request’s id and the limits, and what it cost is logged', async () => {
    test.core.fake.enqueue(answer('The timer.'));
    const before = await logged(ask.model);
    const { data, response, request_id } = await sdk.messages.create(ask).withResponse();
    assert.deepEqual(
      data.content.map((block) => block.type === 'text' && block.text),
      ['The timer.'],
    );
    assert.match(request_id ?? '', /^req_\d+$/);
    assert.equal(response.headers.get('anthropic-organization-id'), '00000000-0000-4000-8000-000000000001');
    assert.ok(response.headers.get('anthropic-ratelimit-requests-limit'));
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const after = await logged(ask.model);
    assert.equal(after?.calls, (before?.calls ?? 0) + 1);
    assert.equal(
      (after?.usage.outputTokens ?? 0) - (before?.usage.outputTokens ?? 0),
      data.usage.output_tokens,
    );
    assert.ok((after?.cost ?? 0) > (before?.cost ?? 0));
  });

  for (const [name, client] of [
    ['x-api-key', () => ({ 'x-api-key': test.token })],
    ['Bearer', () => ({ authorization: `Bearer ${test.token}` })],
    ['both', () => ({ 'x-api-key': 'sk-ant-api03-another', authorization: `Bearer ${test.token}` })],
  ] as const) {
    it(`threat 8, 19: a token as ${name} lets in; upstream gets the user’s key and nothing of the token`, async () => {
      const got = await fetch(`${test.url}/v1/messages?beta=true&x=%2F..%2F`, {
        method: 'POST',
        headers: {
          ...client(),
          'content-type': 'application/json',
          'anthropic-version': '2023-06-01',
          'anthropic-beta': 'context-1m-2025-08-07, fine-grained',
          cookie: 'a=b',
          'x-causeway-something': 'x',
          'x-forwarded-for': '10.0.0.1',
        },
        body: JSON.stringify({ ...ask, metadata: { user_id: 'u' } }),
      });
      assert.equal(got.status, 200, await got.clone().text());
      const { headers, query, body } = lastRequest();
      assert.equal(query, '?beta=true&x=%2F..%2F');
      assert.equal(headers['x-api-key'], test.core.fake.key);
      assert.equal(headers['anthropic-beta'], 'context-1m-2025-08-07, fine-grained');
      assert.equal(headers['anthropic-version'], '2023-06-01');
      for (const name of ['authorization', 'cookie', 'x-causeway-something', 'x-forwarded-for'])
        assert.equal(headers[name], undefined, name);
      assert.equal(JSON.stringify(headers).includes(test.token), false);
      assert.deepEqual(body, { ...ask, metadata: { user_id: 'u' } });
    });
  }

  it('passes the body byte for byte', async () => {
    const body = `{ "model":"claude-opus-5-5",\n"max_tokens": 8e3, "messages":[{"role":"user","content":"\\u00e9 é 😀"}] }`;
    const got = await fetch(`${test.url}/v1/messages/count_tokens`, {
      method: 'POST',
      headers: {
        'x-api-key': test.token,
        'content-type': 'application/json',
        'anthropic-version': '2023-06-01',
      },
      body: body.replace('"max_tokens": 8e3, ', ''),
    });
    assert.equal(got.status, 200);
    assert.equal(
      lastRequest().headers['content-length'],
      String(Buffer.byteLength(body.replace('"max_tokens": 8e3, ', ''))),
    );
  });

  it('streams text, thinking and tool calls as they come', async () => {
    test.core.fake.enqueue({
      kind: 'answer',
      blocks: [
        { type: 'thinking', deltas: ['Let me ', 'see.'], signature: 'c2ln' },
        { type: 'text', deltas: ['The ', 'timer é 😀'] },
        { type: 'tool_use', id: 'toolu_1', name: 'look', jsonDeltas: ['{"pa', 'th":"a.ts"}'] },
      ],
      stopReason: 'tool_use',
      sliceBytes: 7,
      pings: true,
    });
    const message = await sdk.messages
      .stream({
        ...ask,
        tools: [{ name: 'look', input_schema: { type: 'object', properties: { path: { type: 'string' } } } }],
        thinking: { type: 'adaptive' },
      })
      .finalMessage();
    assert.equal(message.stop_reason, 'tool_use');
    const [thinking, text, call] = message.content;
    assert.equal(thinking?.type === 'thinking' && thinking.thinking, 'Let me see.');
    assert.equal(text?.type === 'text' && text.text, 'The timer é 😀');
    assert.deepEqual(call?.type === 'tool_use' && call.input, { path: 'a.ts' });
  });

  it('gets the first event before the second is made', async () => {
    test.core.fake.enqueue({ kind: 'drip', text: 'one two', gated: true });
    const seen: string[] = [];
    for await (const event of await sdk.messages.create({ ...ask, stream: true })) {
      seen.push(event.type);
      if (event.type === 'content_block_start' || event.type === 'content_block_delta')
        test.core.fake.gate.step();
    }
    assert.deepEqual(seen.slice(0, 4), [
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
    ]);
  });

  it('calls a tool and goes on with its result', async () => {
    test.core.fake.enqueue(toolCall('toolu_2', 'look', { path: 'b.ts' }), answer('Found it.'));
    const tools = [{ name: 'look', input_schema: { type: 'object' as const } }];
    const first = await sdk.messages.create({ ...ask, tools });
    const call = first.content.find((block) => block.type === 'tool_use');
    assert.ok(call);
    const second = await sdk.messages.create({
      ...ask,
      tools,
      messages: [
        ...ask.messages,
        { role: 'assistant', content: first.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'here' }] },
      ],
    });
    assert.equal(second.content[0]?.type === 'text' && second.content[0].text, 'Found it.');
  });

  it('counts tokens, and lists models in Anthropic’s shape', async () => {
    const { max_tokens: _, ...counted } = ask;
    assert.ok((await sdk.messages.countTokens(counted)).input_tokens > 0);
    const ids: string[] = [];
    for await (const model of sdk.models.list({ limit: 2 })) ids.push(model.id);
    assert.deepEqual(
      ids,
      test.core.fake.models.filter((one) => one.lifecycle !== 'retired').map(({ id }) => id),
    );
    assert.equal((await sdk.models.retrieve('claude-opus-5-5')).id, 'claude-opus-5-5');
    await assert.rejects(sdk.models.retrieve('claude-none'), Anthropic.NotFoundError);
  });

  for (const [status, type, error] of [
    [400, 'invalid_request_error', Anthropic.BadRequestError],
    [429, 'rate_limit_error', Anthropic.RateLimitError],
    [500, 'api_error', Anthropic.InternalServerError],
    [529, 'overloaded_error', Anthropic.InternalServerError],
  ] as const) {
    it(`threat 18: an error ${status} of the API arrives with its words, its id and when to retry`, async () => {
      test.core.fake.enqueue({ kind: 'error', status, message: 'Scripted words', retryAfter: 7 });
      const failed = await sdk.messages.create(ask).catch((thrown: unknown) => thrown);
      assert.ok(failed instanceof error, String(failed));
      assert.equal(failed.status, status);
      assert.equal(failed.type, type);
      assert.match(failed.message, /Scripted words/);
      assert.match(failed.requestID ?? '', /^req_\d+$/);
      assert.equal(failed.headers?.get('retry-after'), '7');
      assert.equal(failed.headers?.get('x-should-retry'), String(status >= 429));
    });
  }

  it('threat 18: retries are the client’s alone', async () => {
    const patient = new Anthropic({ authToken: test.token, apiKey: null, baseURL: test.url, maxRetries: 2 });
    const before = test.core.fake.requests.length;
    test.core.fake.enqueue(
      { kind: 'error', status: 529, headers: { 'retry-after-ms': '1' } },
      answer('At last.'),
    );
    const { content } = await patient.messages.create(ask);
    assert.equal(content[0]?.type === 'text' && content[0].text, 'At last.');
    assert.equal(test.core.fake.requests.length - before, 2);
  });

  it('hears of an overload in the middle of a stream', async () => {
    test.core.fake.enqueue({ kind: 'error_in_stream', status: 529, message: 'Too busy', text: 'Half an' });
    await assert.rejects(sdk.messages.stream(ask).finalMessage(), /Too busy/);
  });

  for (const behaviour of [
    { kind: 'truncate', text: 'Half an answer' },
    { kind: 'disconnect', text: 'Half an answer' },
  ] as const) {
    it(`threat 17: a stream that ends by ${behaviour.kind} without message_stop is an error to raw iteration too`, async () => {
      test.core.fake.enqueue(behaviour);
      const texts: string[] = [];
      const failed = await (async () => {
        for await (const event of await sdk.messages.create({ ...ask, stream: true })) {
          if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
            texts.push(event.delta.text);
        }
        return undefined;
      })().catch((error: unknown) => error);
      assert.ok(failed instanceof Anthropic.APIError, String(failed));
      assert.match(failed.message, /not whole/);
      assert.equal(texts.join(''), 'Half an answer');
      const rows = await test.relay.usage({ by: [], from: 0, to: Date.now() + 1000 });
      assert.ok((rows[0]?.failures ?? 0) > 0);
    });
  }

  it('a client that goes away ends the request upstream', async () => {
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const stream = sdk.messages.stream(ask);
    await new Promise((resolve) => stream.once('connect', () => resolve(undefined)));
    await test.core.fake.gate.arrived();
    const { closed } = lastRequest();
    stream.abort();
    assert.equal(await closed, false);
    await assert.rejects(stream.finalMessage(), Anthropic.APIUserAbortError);
  });

  it('threat 27: a revoked client’s stream ends, upstream too', async () => {
    const one = await test.addClient({ name: 'revoked' });
    const theirs = new Anthropic({ apiKey: one.token, baseURL: test.url, maxRetries: 0 });
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const stream = await theirs.messages.create({ ...ask, stream: true });
    await test.core.fake.gate.arrived();
    const { closed } = lastRequest();
    await test.users.clients.revoke(one.id);
    assert.equal(await closed, false);
    await assert.rejects(async () => {
      for await (const event of stream) void event;
    });
    await assert.rejects(theirs.messages.create(ask), Anthropic.AuthenticationError);
  });

  it('threat 27: a client that is revoked while it waits for its answer is told that its token is unknown', async () => {
    const one = await test.addClient({ name: 'revoked' });
    const theirs = new Anthropic({ apiKey: one.token, baseURL: test.url, maxRetries: 0 });
    const before = test.core.fake.requests.filter(({ path }) => path === '/v1/messages').length;
    test.core.fake.enqueue({ kind: 'silence' });
    const asked = theirs.messages.create(ask).catch((error: unknown) => error);
    const { closed } = await test.core.fake.received(before + 1);
    await test.users.clients.revoke(one.id);
    assert.ok((await asked) instanceof Anthropic.AuthenticationError);
    assert.equal(await closed, false);
  });

  it('refusals of the bridge read like the API’s', async () => {
    const stranger = new Anthropic({ apiKey: 'cw_nobody', baseURL: test.url, maxRetries: 0 });
    const failed = await stranger.messages.create(ask).catch((thrown: unknown) => thrown);
    assert.ok(failed instanceof Anthropic.AuthenticationError);
    assert.equal(failed.type, 'authentication_error');
    assert.match(failed.requestID ?? '', /^req_causeway_/);
    const reader = await test.addClient({ scopes: ['sessions:read'] });
    const scoped = new Anthropic({ apiKey: reader.token, baseURL: test.url, maxRetries: 0 });
    await assert.rejects(scoped.messages.create(ask), Anthropic.PermissionDeniedError);
    await assert.rejects(
      sdk.post('/v1/nothing', { body: {} }),
      (error: unknown) => error instanceof Anthropic.NotFoundError && error.type === 'not_found_error',
    );
  });

  it('threat 7: in Restricted Mode nothing is sent', async () => {
    const before = test.core.fake.requests.length;
    test.core.workspace.trusted = false;
    try {
      await assert.rejects(sdk.messages.create(ask), Anthropic.PermissionDeniedError);
      await assert.rejects(sdk.models.list(), Anthropic.PermissionDeniedError);
    } finally {
      test.core.workspace.trusted = true;
    }
    assert.equal(test.core.fake.requests.length, before);
  });
});
