import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/emitter.ts';
import { SpanExport } from '../../../../src/core/calls/spanExport.ts';
import type { LoggedCall } from '../../../../src/core/relay.ts';
import { otlpHeaders, sendSpans, tracesUrl } from '../../../../src/sendSpans.ts';
import { type Receiver, startReceiver } from '../../../support/otlp/receiver.ts';

const call = (more: Partial<LoggedCall> = {}): LoggedCall => ({
  at: 1_700_000_000_123.5,
  client: 'c1',
  wire: 'bridge',
  operation: 'turn',
  provider: 'anthropic',
  model: 'claude-opus-5-5',
  session: 's1',
  stream: true,
  status: 200,
  outcome: 'done',
  usage: { inputTokens: 10, outputTokens: 5, cacheCreationTokens: 3, cacheReadTokens: 7 },
  cost: 1,
  masked: 0,
  firstTokenMs: 250,
  totalMs: 1000,
  requestId: 'req_1',
  ...more,
});

describe('Calls as spans of OpenTelemetry', () => {
  let receiver: Receiver;
  let endpoint: string | undefined;
  let added: Emitter<LoggedCall>;
  let logged: string[];
  let spans: SpanExport;
  const start = (headers = {}) =>
    new SpanExport({
      calls: { onDidAdd: added.event },
      endpoint: () => endpoint,
      send: sendSpans(headers),
      version: '1.2.3',
      log: { info() {}, warn: (line) => logged.push(line), error: (line) => logged.push(line) },
      waitMs: 1,
    });
  beforeEach(async () => {
    receiver = await startReceiver();
    endpoint = receiver.url;
    added = new Emitter();
    logged = [];
    spans = start();
  });
  afterEach(async () => {
    await spans.close();
    await receiver.close();
  });

  it('have the names of the GenAI conventions, and nothing of what was said', async () => {
    added.fire(call({ bodies: { request: 'What I asked', answer: 'What it said' } }));
    await receiver.until(() => receiver.spans.length === 1);
    const [span] = receiver.spans;
    assert.ok(span);
    assert.deepEqual(
      [span.name, span.kind, span.startTimeUnixNano, span.endTimeUnixNano, span.status.code],
      ['chat claude-opus-5-5', 3, '1700000000123500000', '1700000001123500000', 0],
    );
    assert.deepEqual(span.attributes, {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'anthropic',
      'gen_ai.request.model': 'claude-opus-5-5',
      'gen_ai.request.stream': true,
      'gen_ai.conversation.id': 's1',
      'gen_ai.usage.input_tokens': '20',
      'gen_ai.usage.output_tokens': '5',
      'gen_ai.usage.cache_read.input_tokens': '7',
      'gen_ai.usage.cache_creation.input_tokens': '3',
      'gen_ai.response.time_to_first_chunk': 0.25,
      'causeway.client.id': 'c1',
      'causeway.door': 'bridge',
      'causeway.operation': 'turn',
      'causeway.outcome': 'done',
      'causeway.cost.usd': 1,
      'causeway.masked_values': '0',
      'causeway.upstream.request_id': 'req_1',
    });
    assert.deepEqual(receiver.resource, { 'service.name': 'causeway', 'service.version': '1.2.3' });
    assert.deepEqual(receiver.problems, []);
  });

  const failures: [
    outcome: LoggedCall['outcome'],
    error: string | undefined,
    type: string | undefined,
    status: number,
  ][] = [
    ['failed', 'overloaded', 'overloaded', 2],
    ['truncated', undefined, 'truncated', 2],
    ['refused', undefined, 'refused', 2],
    ['aborted', undefined, undefined, 0],
  ];
  for (const [outcome, error, type, status] of failures) {
    it(`say of one that ended as ${outcome} ${type === undefined ? 'that nothing failed' : `that it failed with ${type}`}`, async () => {
      added.fire(call({ outcome, ...(error === undefined ? {} : { error }) }));
      await receiver.until(() => receiver.spans.length === 1);
      const [span] = receiver.spans;
      assert.deepEqual([span?.attributes['error.type'], span?.status.code], [type, status]);
    });
  }

  it('leave out a price that is not known, and calls that are no inference', async () => {
    const { cost: _, ...unpriced } = call({ provider: 'mistral', model: 'mistral/large' });
    added.fire(call({ operation: 'count_tokens' }));
    added.fire(unpriced);
    await receiver.until(() => receiver.spans.length > 0);
    assert.equal(receiver.spans.length, 1);
    const { attributes: told } = receiver.spans[0] ?? {};
    assert.deepEqual(
      [told?.['gen_ai.provider.name'], told?.['gen_ai.request.model']],
      ['mistral_ai', 'large'],
    );
    assert.ok(!('causeway.cost.usd' in (receiver.spans[0]?.attributes ?? {})));
  });

  it('go nowhere while no endpoint is set, and not later what was called meanwhile', async () => {
    endpoint = undefined;
    added.fire(call({ session: 'unseen' }));
    endpoint = receiver.url;
    added.fire(call({ session: 'seen' }));
    await receiver.until(() => receiver.spans.length > 0);
    assert.deepEqual(
      receiver.spans.map(({ attributes }) => attributes['gen_ai.conversation.id']),
      ['seen'],
    );
  });

  for (const status of [429, 502, 503, 504]) {
    it(`are sent again after ${status}, each once`, async () => {
      receiver.next.push((response) => void response.writeHead(status, { 'retry-after': '0' }).end());
      for (let n = 0; n < 3; n++) added.fire(call({ session: `s${n}` }));
      await receiver.until(() => receiver.spans.length === 3);
      assert.equal(receiver.requests, 2);
      assert.equal(new Set(receiver.spans.map(({ spanId }) => spanId)).size, 3);
      assert.deepEqual(logged, [`The OpenTelemetry endpoint answers ${status}.`]);
    });
  }

  for (const status of [400, 401, 500, 301]) {
    it(`are given up after ${status}, and later ones are sent`, async () => {
      receiver.next.push(
        (response) => void response.writeHead(status, { location: `${receiver.url}/other` }).end(),
      );
      added.fire(call({ session: 'lost' }));
      await receiver.until(() => receiver.requests === 1);
      added.fire(call({ session: 'kept' }));
      await receiver.until(() =>
        receiver.spans.some(({ attributes }) => attributes['gen_ai.conversation.id'] === 'kept'),
      );
      assert.equal(receiver.spans.length, 1);
      assert.deepEqual(receiver.problems, []);
    });
  }

  it('say how many of them were not taken, and are not sent again', async () => {
    receiver.next.push(
      (response) =>
        void response.writeHead(200).end('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"full"}}'),
    );
    added.fire(call());
    await receiver.until(() => receiver.requests === 1);
    await spans.close();
    assert.deepEqual(logged, ['The OpenTelemetry endpoint did not take 2 spans.']);
    assert.equal(receiver.requests, 1);
  });

  it('stay bounded while nobody takes them, and calls go on', async () => {
    const refused = Promise.withResolvers<void>();
    receiver.next.push((response) => {
      response.writeHead(503, { 'retry-after': '600' }).end();
      refused.resolve();
    });
    added.fire(call());
    await refused.promise;
    for (let n = 0; n < 5000; n++) added.fire(call({ session: `s${n}` }));
    await spans.close();
    assert.equal(receiver.spans.length, 2048);
    assert.equal(receiver.spans.at(-1)?.attributes['gen_ai.conversation.id'], 's4999');
  });

  it('do not keep a window from closing whose receiver never answers', async () => {
    receiver.next.push(() => undefined);
    added.fire(call());
    await receiver.until(() => receiver.requests === 1);
    await spans.close();
    assert.equal(receiver.spans.length, 0);
  });

  it('carry the headers of the environment', async () => {
    await spans.close();
    spans = start(otlpHeaders('Api-Key=a%20b, broken, X-Team=c=d'));
    added.fire(call());
    await receiver.until(() => receiver.spans.length === 1);
    const [headers] = receiver.headers;
    assert.deepEqual([headers?.['api-key'], headers?.['x-team']], ['a b', 'c=d']);
  });

  const urls: [endpoint: string, url: string][] = [
    ['http://127.0.0.1:4318', 'http://127.0.0.1:4318/v1/traces'],
    ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/traces'],
    ['https://host/otlp?x=1', 'https://host/otlp/v1/traces?x=1'],
    ['https://host/api/v1/traces', 'https://host/api/v1/traces'],
  ];
  for (const [from, to] of urls) it(`go to ${to} for ${from}`, () => assert.equal(tracesUrl(from), to));
});
