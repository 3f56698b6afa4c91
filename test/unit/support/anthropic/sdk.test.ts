import assert from 'node:assert/strict';
import Anthropic, { APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import { type ErrorStatus, errorTypes } from '../../../support/anthropic/errors.ts';
import { answer, times, toolCall } from '../../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../../support/anthropic/server.ts';
import { answers, thinking } from './samples.ts';
import { model } from './wire.ts';

type Params = Anthropic.MessageCreateParamsNonStreaming;

const asked: Params = {
  model,
  max_tokens: 1_000,
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
};

describe("the fake of Anthropic's API, called through the official SDK", () => {
  let fake: FakeAnthropic;
  let client: Anthropic;
  const connect = (rest: object = {}) =>
    new Anthropic({
      apiKey: fake.key,
      authToken: null,
      baseURL: fake.url,
      maxRetries: 0,
      logLevel: 'off',
      ...rest,
    });
  beforeEach(async () => {
    fake = await startFakeAnthropic();
    client = connect();
  });
  afterEach(() => fake.close());

  it('answers about the last user message when nothing is scripted, the same each time', async () => {
    const messages = await Promise.all([client.messages.create(asked), client.messages.create(asked)]);
    for (const { content, stop_reason } of messages) {
      assert.deepEqual(content, [{ type: 'text', text: 'You asked: Why is the sky blue?', citations: null }]);
      assert.equal(stop_reason, 'end_turn');
    }
  });

  for (const { name, behaviour } of answers) {
    it(`gives ${name} alike as a stream and as one message`, async () => {
      fake.enqueue(behaviour, behaviour);
      const streamed = await client.messages.stream(asked).finalMessage();
      const whole = await client.messages.create(asked);
      const told = ({ content, stop_reason, stop_sequence, stop_details }: Anthropic.Message) => ({
        // A block's citations begin as an empty list in a stream and as null in a message.
        content: content.map((block) =>
          block.type === 'text' ? { ...block, citations: block.citations ?? [] } : block,
        ),
        stop_reason,
        stop_sequence,
        stop_details,
      });
      assert.deepEqual(told(streamed), told(whole));
      assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
    });
  }

  it('puts the JSON of a tool call together from pieces cut anywhere', async () => {
    const input = { path: 'a "b"\\n', list: [1, { deep: 'ü' }] };
    fake.enqueue(...[1, 2, 5, 100].map((size) => toolCall('toolu_1', 'read', input, size)));
    for (let n = 0; n < 4; n++) {
      const { content } = await client.messages.stream(asked).finalMessage();
      assert.deepEqual(content[0]?.type === 'tool_use' && content[0].input, input);
    }
  });

  it('counts thinking as part of the output, and says how much it was', async () => {
    fake.enqueue({ kind: 'answer', blocks: [thinking, { type: 'text', deltas: ['Yes.'] }] });
    const { usage } = await client.messages.stream(asked).finalMessage();
    const thought = usage.output_tokens_details?.thinking_tokens ?? 0;
    assert.ok(thought > 0 && thought < usage.output_tokens);
  });

  it('stops its own answer at max_tokens and at a stop sequence', async () => {
    const short = await client.messages.create({ ...asked, max_tokens: 5 });
    assert.equal(short.stop_reason, 'max_tokens');
    assert.ok(short.usage.output_tokens <= 5);
    const stopped = await client.messages.create({ ...asked, stop_sequences: ['sky', 'blue'] });
    assert.deepEqual([stopped.stop_reason, stopped.stop_sequence], ['stop_sequence', 'sky']);
    assert.deepEqual(
      stopped.content[0]?.type === 'text' && stopped.content[0].text,
      'You asked: Why is the ',
    );
  });

  it('with max_tokens 0 fills the cache and answers nothing', async () => {
    const { content, usage, stop_reason } = await client.messages.create({ ...asked, max_tokens: 0 });
    assert.deepEqual([content, usage.output_tokens, stop_reason], [[], 0, 'max_tokens']);
  });

  it('counts the tokens of a request as its usage does, and more of them for a model of a larger factor', async () => {
    const { max_tokens: _, ...counted } = asked;
    const { input_tokens } = await client.messages.countTokens(counted);
    assert.equal((await client.messages.create(asked)).usage.input_tokens, input_tokens);
    const own = fake.models.find(({ id }) => id === model);
    assert.ok(own);
    own.factor *= 2;
    assert.ok((await client.messages.countTokens(counted)).input_tokens > input_tokens);
  });

  for (const limit of [1, 2, 3, 100]) {
    it(`lists all models once and in order, in pages of ${limit}`, async () => {
      const ids: string[] = [];
      for await (const { id } of client.models.list({ limit })) ids.push(id);
      assert.deepEqual(
        ids,
        fake.models.map(({ id }) => id),
      );
    });
  }

  it('pages backwards, filters by lifecycle, and shows one model with its limits', async () => {
    const [first, second, third] = fake.models;
    assert.ok(first && second && third);
    const page = await client.models.list({ limit: 1, before_id: third.id });
    assert.deepEqual([page.data.map(({ id }) => id), page.has_more], [[second.id], true]);
    first.lifecycle = 'deprecated';
    const old = await client.models.list({ lifecycle: ['deprecated'] });
    assert.deepEqual(
      old.data.map(({ id }) => id),
      [first.id],
    );
    assert.equal((await client.models.retrieve(second.id)).max_tokens, second.maxOutput);
    assert.equal((await client.models.list({ limit: fake.models.length })).has_more, false);
  });

  it('knows a retired model in its list and answers for it no more', async () => {
    const [first] = fake.models;
    assert.ok(first);
    first.lifecycle = 'retired';
    assert.equal((await client.models.retrieve(first.id)).lifecycle, 'retired');
    assert.equal((await failure(client.messages.create({ ...asked, model: first.id }))).status, 404);
  });

  const sizes: { what: string; block: Anthropic.ContentBlockParam; from: number; to: number }[] = [
    { what: 'a picture of 750,000 pixels', block: imageOf(1_000, 750), from: 1_000, to: 1_500 },
    { what: 'a picture the API makes smaller', block: imageOf(10_000, 10_000), from: 1_500, to: 2_500 },
    { what: 'a PDF of 50 pages', block: pdfOf(50), from: 50_000, to: 200_000 },
  ];
  for (const { what, block, from, to } of sizes) {
    it(`counts ${what} by what it shows, not by its bytes`, async () => {
      const content = [block, { type: 'text' as const, text: 'What is it?' }];
      const { input_tokens } = await client.messages.countTokens({
        model,
        messages: [{ role: 'user', content }],
      });
      assert.ok(input_tokens > from && input_tokens < to, String(input_tokens));
    });
  }

  for (const [status, type] of Object.entries(errorTypes)) {
    it(`fails with ${status} ${type}, the id of the request and the API's words`, async () => {
      fake.enqueue({ kind: 'error', status: Number(status) as ErrorStatus, message: 'In these words.' });
      const error = await failure(client.messages.create(asked));
      assert.deepEqual(
        [error.status, error.type, error.apiMessage],
        [Number(status), type, 'In these words.'],
      );
      assert.match(error.requestID ?? '', /^req_/);
    });
  }

  it('fails twice and then answers, so that the SDK tries three times and waits as it is told', async () => {
    fake.enqueue(
      ...times(2, { kind: 'error', status: 529, headers: { 'retry-after-ms': '1' } }),
      answer('Now.'),
    );
    const { content } = await connect({ maxRetries: 2 }).messages.create(asked);
    assert.deepEqual(content[0]?.type === 'text' && content[0].text, 'Now.');
    assert.deepEqual(
      fake.requests.map(({ status, headers }) => [status, headers['x-stainless-retry-count']]),
      [
        [529, '0'],
        [529, '1'],
        [200, '2'],
      ],
    );
  });

  it('tells the SDK not to try again what cannot succeed', async () => {
    fake.enqueue({ kind: 'error', status: 400 });
    assert.equal((await failure(connect({ maxRetries: 2 }).messages.create(asked))).status, 400);
    assert.equal(fake.requests.length, 1);
  });

  it('a retry-after is sent as it was scripted', async () => {
    fake.enqueue({ kind: 'error', status: 429, retryAfter: 7 });
    assert.equal((await failure(client.messages.create(asked))).headers?.get('retry-after'), '7');
  });

  it('an error in mid-stream is raised after what had arrived', async () => {
    fake.enqueue({ kind: 'error_in_stream', text: 'half an', status: 529 });
    const text: string[] = [];
    const error = await failure(collect(text));
    assert.deepEqual([text.join(''), error.status, error.type], ['half an', undefined, 'overloaded_error']);
  });

  it('a clean end without message_stop is no error for a client that only iterates', async () => {
    fake.enqueue({ kind: 'truncate', text: 'half an' });
    const text: string[] = [];
    await collect(text);
    assert.equal(text.join(''), 'half an');
  });

  it('a destroyed socket fails after what had arrived', async () => {
    fake.enqueue({ kind: 'disconnect', text: 'half an' });
    const text: string[] = [];
    await assert.rejects(collect(text));
    assert.equal(text.join(''), 'half an');
  });

  it('hanging up before a byte is a failed connection', async () => {
    fake.enqueue({ kind: 'hang_up' });
    assert.equal((await failure(client.messages.create(asked))).status, undefined);
  });

  it('a page of a gateway in between has the status and no type', async () => {
    fake.enqueue({
      kind: 'raw',
      status: 502,
      headers: { 'content-type': 'text/html' },
      body: '<h1>Bad</h1>',
    });
    const error = await failure(client.messages.create(asked));
    assert.deepEqual([error.status, error.type], [502, null]);
  });

  it('gives each delta only when the test lets it go', async () => {
    fake.enqueue({ kind: 'drip', text: 'one two', gated: true });
    const text: string[] = [];
    const done = collect(text);
    await fake.gate.arrived();
    assert.deepEqual(text, []);
    fake.gate.step();
    await fake.gate.arrived();
    assert.ok(text.length <= 1);
    fake.gate.step();
    await done;
    assert.deepEqual(text, ['one', ' two']);
  });

  for (const behaviour of [
    { kind: 'stall', text: 'half an' },
    { kind: 'drip', text: 'one two', gated: true },
  ] as const) {
    it(`sees that its client stopped, in a ${behaviour.kind}`, async () => {
      fake.enqueue(behaviour);
      const stream = client.messages.stream(asked);
      const request = await fake.received(1);
      await new Promise<void>((resolve) => stream.once('connect', resolve));
      stream.abort();
      await assert.rejects(stream.finalMessage(), APIUserAbortError);
      assert.equal(await request.closed, false);
    });
  }

  it('a request that is never answered can be stopped', async () => {
    fake.enqueue({ kind: 'silence' });
    const abort = new AbortController();
    const waiting = client.messages.create(asked, { signal: abort.signal });
    const request = await fake.received(1);
    abort.abort();
    await assert.rejects(waiting, APIUserAbortError);
    assert.equal(await request.closed, false);
  });

  it('records each request with its headers, its query and its parsed body', async () => {
    await client.messages.create(asked, {
      query: { beta: 'true' },
      headers: { 'anthropic-beta': 'one,two' },
    });
    const [request] = fake.requests;
    assert.equal(request?.query, '?beta=true');
    assert.equal(request.headers['anthropic-beta'], 'one,two');
    assert.equal(request.headers['anthropic-version'], '2026-10-21');
    assert.deepEqual(request.body, asked);
    assert.equal(await request.closed, true);
  });

  async function collect(text: string[]): Promise<void> {
    for await (const event of await client.messages.create({ ...asked, stream: true }))
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
        text.push(event.delta.text);
  }
});

/** The head of a PNG, which is all the fake looks at. */
function imageOf(width: number, height: number): Anthropic.ImageBlockParam {
  const head = Buffer.alloc(33);
  head.write('\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR', 'latin1');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return {
    type: 'image',
    source: { type: 'base64', media_type: 'image/png', data: head.toString('base64') },
  };
}

function pdfOf(pages: number): Anthropic.DocumentBlockParam {
  const data = Buffer.from(`%PDF-1.7\n${'<< /Type /Page >>\n'.repeat(pages)}`).toString('base64');
  return { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data } };
}

async function failure(promise: Promise<unknown>): Promise<APIError> {
  const error = await promise.then(
    () => assert.fail('The request succeeded.'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof APIError, String(error));
  return error;
}
