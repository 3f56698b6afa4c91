/** OpenAI's SDK, and the AI SDK's provider for its wire, pointed at the bridge. */
import assert from 'node:assert/strict';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, jsonSchema, Output, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { answer, toolCall } from '../../support/anthropic/script.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const model = 'claude-opus-5-5';
const messages = [{ role: 'user' as const, content: 'Why is it flaky?' }];
const look = {
  type: 'function' as const,
  function: { name: 'look', parameters: { type: 'object', properties: { path: { type: 'string' } } } },
};

describe('wire: OpenAI’s SDK through the bridge', function () {
  this.timeout(20_000);
  let test: TestBridge;
  let sdk: OpenAI;
  before(async () => {
    test = await startTestBridge();
    sdk = new OpenAI({ apiKey: test.token, baseURL: `${test.url}/v1`, maxRetries: 0 });
  });
  after(() => test.close());

  const lastBody = () => test.core.fake.requests.at(-1)?.body;

  it('gets an answer, its usage and the request’s id', async () => {
    test.core.fake.enqueue(answer('The timer.'));
    const { data, request_id } = await sdk.chat.completions.create({ model, messages }).withResponse();
    const [choice] = data.choices;
    assert.deepEqual([choice?.message.content, choice?.finish_reason], ['The timer.', 'stop']);
    assert.equal(data.object, 'chat.completion');
    assert.ok(
      data.usage && data.usage.total_tokens === data.usage.prompt_tokens + data.usage.completion_tokens,
    );
    assert.match(request_id ?? '', /^req_\d+$/);
    const { headers } = test.core.fake.requests.at(-1) ?? {};
    assert.deepEqual([headers?.['anthropic-version'], headers?.authorization], ['2023-06-01', undefined]);
    const rows = await test.relay.usage({ by: ['model'], from: 0, to: Date.now() + 1000 });
    assert.equal(rows.find((row) => row.model === model)?.usage.outputTokens, data.usage.completion_tokens);
  });

  it('streams text, with the usage at the end when it is asked for', async () => {
    test.core.fake.enqueue({ ...answer('One two é 😀 three.'), pings: true, sliceBytes: 9 });
    const stream = await sdk.chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const texts: string[] = [];
    const ends: unknown[] = [];
    let tokens = 0;
    for await (const { choices, usage, object } of stream) {
      assert.equal(object, 'chat.completion.chunk');
      texts.push(choices[0]?.delta.content ?? '');
      if (choices[0]?.finish_reason) ends.push(choices[0].finish_reason);
      tokens += usage?.total_tokens ?? 0;
    }
    assert.equal(texts.join(''), 'One two é 😀 three.');
    assert.deepEqual(ends, ['stop']);
    assert.ok(tokens > 0);
  });

  it('calls tools, whole and streamed, and goes on with their results', async () => {
    test.core.fake.enqueue(toolCall('toolu_1', 'look', { path: 'a.ts' }), answer('Found.'));
    const first = await sdk.chat.completions.create({ model, messages, tools: [look] });
    const reply = first.choices[0]?.message;
    assert.equal(first.choices[0]?.finish_reason, 'tool_calls');
    const [made] = reply?.tool_calls ?? [];
    assert.ok(reply && made?.type === 'function');
    assert.deepEqual(JSON.parse(made.function.arguments), { path: 'a.ts' });
    const second = await sdk.chat.completions.create({
      model,
      tools: [look],
      messages: [...messages, reply, { role: 'tool', tool_call_id: made.id, content: 'It is there.' }],
    });
    assert.equal(second.choices[0]?.message.content, 'Found.');
    test.core.fake.enqueue({
      kind: 'answer',
      blocks: [
        { type: 'text', deltas: ['I look.'] },
        { type: 'tool_use', id: 'toolu_2', name: 'look', jsonDeltas: ['{"path"', ':"b.ts"}'] },
        { type: 'tool_use', id: 'toolu_3', name: 'look', jsonDeltas: [] },
      ],
      stopReason: 'tool_use',
    });
    const { choices } = await sdk.chat.completions
      .stream({ model, messages, tools: [look] })
      .finalChatCompletion();
    assert.equal(choices[0]?.message.content, 'I look.');
    assert.deepEqual(
      choices[0]?.message.tool_calls?.map(
        (one) => one.type === 'function' && [one.id, one.function.arguments],
      ),
      [
        ['toolu_2', '{"path":"b.ts"}'],
        ['toolu_3', '{}'],
      ],
    );
  });

  it('sends pictures, and a schema for the answer', async () => {
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
    test.core.fake.enqueue(answer('{"cause":"timer"}'));
    const schema = {
      type: 'object',
      properties: { cause: { type: 'string' } },
      required: ['cause'],
      additionalProperties: false,
    };
    const { choices } = await sdk.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
          ],
        },
      ],
      response_format: { type: 'json_schema', json_schema: { name: 'cause', strict: true, schema } },
    });
    assert.deepEqual(JSON.parse(choices[0]?.message.content ?? ''), { cause: 'timer' });
    assert.deepEqual((lastBody() as { output_config?: unknown }).output_config, {
      format: { type: 'json_schema', schema },
    });
  });

  it('is told which parameters had no effect, at the version that refuses them too', async () => {
    test.core.fake.enqueue(answer('Yes.'));
    const { response } = await sdk.chat.completions
      .create(
        { model, messages, temperature: 0.3, seed: 7 },
        { headers: { 'anthropic-version': '2026-10-21' } },
      )
      .withResponse();
    assert.equal(response.headers.get('x-causeway-ignored'), 'temperature, seed');
    assert.equal('temperature' in Object(lastBody()), false);
  });

  it('lists models in OpenAI’s shape', async () => {
    const ids: string[] = [];
    for await (const one of sdk.models.list()) {
      assert.equal(one.object, 'model');
      ids.push(one.id);
    }
    assert.deepEqual(
      ids,
      test.core.fake.models.filter((one) => one.lifecycle !== 'retired').map(({ id }) => id),
    );
    assert.equal((await sdk.models.retrieve(model)).owned_by, 'anthropic');
    await assert.rejects(sdk.models.retrieve('claude-none'), OpenAI.NotFoundError);
  });

  for (const [status, error] of [
    [400, OpenAI.BadRequestError],
    [429, OpenAI.RateLimitError],
    [529, OpenAI.InternalServerError],
  ] as const) {
    it(`threat 18: hears of an error ${status} with its words and when to retry`, async () => {
      test.core.fake.enqueue({ kind: 'error', status, message: 'Scripted words', retryAfter: 7 });
      const failed = await sdk.chat.completions
        .create({ model, messages })
        .catch((thrown: unknown) => thrown);
      assert.ok(failed instanceof error, String(failed));
      assert.match(failed.message, /Scripted words/);
      assert.equal(failed.headers?.get('retry-after'), '7');
    });
  }

  for (const behaviour of [
    { kind: 'error_in_stream', status: 529, message: 'Too busy', text: 'Half' },
    { kind: 'truncate', text: 'Half' },
    { kind: 'disconnect', text: 'Half' },
  ] as const) {
    it(`threat 17: a stream that breaks off by ${behaviour.kind} is an error`, async () => {
      test.core.fake.enqueue(behaviour);
      const stream = await sdk.chat.completions.create({ model, messages, stream: true });
      const texts: string[] = [];
      await assert.rejects(
        async () => {
          for await (const { choices } of stream) texts.push(choices[0]?.delta.content ?? '');
        },
        behaviour.kind === 'error_in_stream' ? /Too busy/ : /not whole/,
      );
      assert.equal(texts.join(''), 'Half');
    });
  }

  it('is refused in its own words: no token, no field, no such route', async () => {
    const stranger = new OpenAI({ apiKey: 'cw_nobody', baseURL: `${test.url}/v1`, maxRetries: 0 });
    await assert.rejects(stranger.chat.completions.create({ model, messages }), OpenAI.AuthenticationError);
    const failed = await sdk.chat.completions
      .create({ model, messages, n: 2 })
      .catch((thrown: unknown) => thrown);
    assert.ok(failed instanceof OpenAI.BadRequestError);
    assert.match(failed.message, /n: got/);
    assert.equal(failed.code, 'invalid_input');
    await assert.rejects(sdk.embeddings.create({ model, input: 'x' }), OpenAI.NotFoundError);
  });

  it('a client that goes away ends the request upstream', async () => {
    test.core.fake.enqueue({ kind: 'drip', text: 'one two three', gated: true });
    const stream = await sdk.chat.completions.create({ model, messages, stream: true });
    await test.core.fake.gate.arrived();
    const closed = test.core.fake.requests.at(-1)?.closed;
    stream.controller.abort();
    assert.equal(await closed, false);
  });

  it('the AI SDK’s provider for this wire answers, streams, calls tools and keeps to a schema', async () => {
    const provider = createOpenAICompatible({
      name: 'causeway',
      apiKey: test.token,
      baseURL: `${test.url}/v1`,
      supportsStructuredOutputs: true,
    })(model);
    const common = { model: provider, prompt: 'Why?', maxRetries: 0 };
    test.core.fake.enqueue(answer('The timer.'));
    assert.equal((await generateText(common)).text, 'The timer.');
    test.core.fake.enqueue(answer('One two.'));
    const pieces: string[] = [];
    for await (const piece of streamText(common).textStream) pieces.push(piece);
    assert.equal(pieces.join(''), 'One two.');
    test.core.fake.enqueue(toolCall('toolu_9', 'look', { path: 'a.ts' }));
    const { toolCalls } = await generateText({
      ...common,
      tools: { look: tool({ inputSchema: jsonSchema({ type: 'object', properties: {} }) }) },
    });
    assert.deepEqual(
      toolCalls.map(({ toolName, input }) => [toolName, input]),
      [['look', { path: 'a.ts' }]],
    );
    test.core.fake.enqueue(answer('{"cause":"timer"}'));
    const { output } = await generateText({
      ...common,
      output: Output.object({
        schema: jsonSchema({
          type: 'object',
          properties: { cause: { type: 'string' } },
          additionalProperties: false,
        }),
      }),
    });
    assert.deepEqual(output, { cause: 'timer' });
  });
});
