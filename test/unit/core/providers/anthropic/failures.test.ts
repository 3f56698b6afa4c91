import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { ErrorStatus } from '../../../../support/anthropic/errors.ts';
import { answer, type Behaviour, times } from '../../../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../../../support/anthropic/server.ts';
import { type Claude, claudeAt, errorOf, only, stream, textOf } from './claude.ts';

/** The delays between attempts are the product's own, up to four seconds; the server asks for shorter ones here. */
const soon = { 'retry-after-ms': '3' };

describe('A request to Claude that fails', function () {
  this.timeout(20_000);
  let fake: FakeAnthropic;
  let claude: Claude;
  beforeEach(async () => {
    fake = await startFakeAnthropic();
    claude = claudeAt(fake);
  });
  afterEach(() => fake.close());

  const passing: { status: ErrorStatus; reason: string }[] = [
    { status: 429, reason: 'rate_limited' },
    { status: 500, reason: 'provider_failed' },
    { status: 504, reason: 'provider_failed' },
    { status: 529, reason: 'overloaded' },
    { status: 409, reason: 'provider_failed' },
  ];
  for (const { status, reason } of passing) {
    it(`with status ${status} is sent again after the time the server asks for, and that is told`, async () => {
      fake.enqueue(...times(3, { kind: 'error', status, headers: soon }), answer('after'));
      const events = await stream(claude);
      assert.deepEqual(
        only(events, 'retrying'),
        [1, 2, 3].map((attempt) => ({ type: 'retrying', attempt, delayMs: 3, reason })),
      );
      assert.equal(textOf(events), 'after');
    });

    it(`with status ${status} four times is told, with when to try again`, async () => {
      fake.enqueue(...times(4, { kind: 'error', status, headers: soon }));
      const error = errorOf(await stream(claude));
      assert.deepEqual([error.code, error.retryAfterMs, fake.requests.length], [reason, 3, 4]);
    });

    it(`with status ${status} and a wait beyond a minute is told at once`, async () => {
      fake.enqueue({ kind: 'error', status, retryAfter: 61 });
      const error = errorOf(await stream(claude));
      assert.deepEqual([error.code, error.retryAfterMs, fake.requests.length], [reason, 61_000, 1]);
    });
  }

  it('takes a date as the time to wait', async () => {
    fake.enqueue(
      { kind: 'error', status: 529, retryAfter: new Date(Date.now() - 5_000).toUTCString() },
      answer('after'),
    );
    const events = await stream(claude);
    assert.deepEqual([only(events, 'retrying')[0]?.delayMs, textOf(events)], [0, 'after']);
  });

  it('is not sent again when the server says that it would be in vain', async () => {
    fake.enqueue({ kind: 'error', status: 500, headers: { 'x-should-retry': 'false', ...soon } });
    assert.equal(errorOf(await stream(claude)).code, 'provider_failed');
    assert.equal(fake.requests.length, 1);
  });

  it('without an answer, because the connection broke, is sent again', async () => {
    fake.enqueue({ kind: 'hang_up' }, answer('after'));
    const events = await stream(claude);
    assert.deepEqual(
      [only(events, 'retrying')[0]?.reason, textOf(events)],
      ['provider_unreachable', 'after'],
    );
  });

  it('on a connection silent before the first word is sent again', async () => {
    const quick = claudeAt(fake, { idleLimitMs: 60 });
    fake.enqueue({ kind: 'silence' }, answer('after'));
    const events = await stream(quick);
    assert.deepEqual([only(events, 'retrying')[0]?.reason, textOf(events)], ['stream_stalled', 'after']);
  });

  it('because nobody is there names the host, without what an address may say of a user', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    claude.set.baseUrl = `http://someone:hush@127.0.0.1:${port}`;
    const events = await stream(claude);
    const error = errorOf(events);
    assert.equal(error.code, 'provider_unreachable');
    assert.match(error.message, new RegExp(`No connection to 127\\.0\\.0\\.1:${port}\\.`));
    assert.ok(!JSON.stringify([events, claude.logged]).includes('hush'));
  });

  const final: { name: string; behaviour: Behaviour; code: string; action: string }[] = [
    {
      name: 'a rejected key',
      behaviour: { kind: 'error', status: 401 },
      code: 'api_key_rejected',
      action: 'set_api_key',
    },
    {
      name: 'a billing problem',
      behaviour: { kind: 'error', status: 402 },
      code: 'billing',
      action: 'retry',
    },
    {
      name: 'a model that is not for this key',
      behaviour: { kind: 'error', status: 403 },
      code: 'permission_denied',
      action: 'choose_model',
    },
    {
      name: 'a model that is not there',
      behaviour: { kind: 'error', status: 404 },
      code: 'model_not_found',
      action: 'choose_model',
    },
    {
      name: 'a request too large',
      behaviour: { kind: 'error', status: 413 },
      code: 'request_too_large',
      action: 'none',
    },
    {
      name: 'a request the API refuses',
      behaviour: { kind: 'error', status: 400, message: 'messages: no' },
      code: 'provider_invalid_request',
      action: 'show_log',
    },
    {
      name: 'a gateway without the API’s words',
      behaviour: {
        kind: 'raw',
        status: 403,
        headers: { 'content-type': 'text/html' },
        body: '<h1>Forbidden</h1>',
      },
      code: 'permission_denied',
      action: 'choose_model',
    },
    {
      name: 'an answer that is no stream',
      behaviour: {
        kind: 'raw',
        status: 200,
        headers: { 'content-type': 'text/html' },
        body: '<h1>Hello</h1>',
      },
      code: 'stream_truncated',
      action: 'retry',
    },
    {
      name: 'a stream of nonsense',
      behaviour: {
        kind: 'raw',
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        body: 'event: message_start\ndata: {broken\n\n',
      },
      code: 'stream_truncated',
      action: 'retry',
    },
    {
      name: 'a refusal as the first event of the stream',
      behaviour: {
        kind: 'raw',
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        body: 'event: error\ndata: {"type":"error","error":{"type":"invalid_request_error","message":"no"}}\n\n',
      },
      code: 'provider_invalid_request',
      action: 'show_log',
    },
  ];
  for (const { name, behaviour, code, action } of final) {
    it(`: ${name} is told at once, with what helps`, async () => {
      fake.enqueue(behaviour);
      const error = errorOf(await stream(claude));
      assert.deepEqual([error.code, error.action, fake.requests.length], [code, action, 1]);
    });
  }

  it('threat 18: after its first event is not sent again', async () => {
    fake.enqueue({ kind: 'error_in_stream', text: 'half', status: 529 });
    const events = await stream(claude);
    assert.deepEqual([errorOf(events).code, textOf(events), fake.requests.length], ['overloaded', 'half', 1]);
  });

  it('by an overload as the first event of the stream is sent again', async () => {
    fake.enqueue(
      {
        kind: 'raw',
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        body: 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
      },
      answer('after'),
    );
    const events = await stream(claude);
    assert.deepEqual([only(events, 'retrying')[0]?.reason, textOf(events)], ['overloaded', 'after']);
  });

  it('is not waited for when it is stopped', async () => {
    fake.enqueue({ kind: 'error', status: 529, retryAfter: 59 });
    const controller = new AbortController();
    const all = [];
    for await (const event of claude.provider.stream(
      {
        model: 'claude-sonnet-5-5',
        system: [],
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Q' }] }],
        tools: [],
        maxOutputTokens: 10,
        question: 'Q',
      },
      controller.signal,
    )) {
      all.push(event.type);
      if (event.type === 'retrying') controller.abort();
    }
    assert.deepEqual(all, ['retrying', 'aborted']);
  });

  describe('threat 19: tells nobody the key', () => {
    const canary = 'sk-ant-api03-canary-0123456789';
    const quoting: { name: string; behaviours: Behaviour[] }[] = [
      {
        name: 'that the API quotes',
        behaviours: [{ kind: 'error', status: 400, message: `bad key ${canary}!` }],
      },
      {
        name: 'that a limit quotes',
        behaviours: times(4, { kind: 'error', status: 429, message: canary, headers: soon }),
      },
      {
        name: 'that a stream quotes',
        behaviours: [{ kind: 'error_in_stream', text: 'a', status: 400, message: canary }],
      },
      {
        name: 'that a gateway quotes',
        behaviours: [
          { kind: 'raw', status: 400, headers: { 'x-key': canary }, body: `x-api-key: ${canary}` },
        ],
      },
      {
        name: 'in a stream of nonsense',
        behaviours: [
          {
            kind: 'raw',
            status: 200,
            headers: { 'content-type': 'text/event-stream' },
            body: `event: message_start\ndata: {${canary}\n\n`,
          },
        ],
      },
    ];
    for (const { name, behaviours } of quoting) {
      it(name, async () => {
        const keyed = await startFakeAnthropic({ key: canary });
        try {
          const own = claudeAt(keyed);
          keyed.enqueue(...behaviours);
          const events = await stream(own);
          errorOf(events);
          assert.ok(!JSON.stringify([events, own.logged]).includes(canary));
        } finally {
          await keyed.close();
        }
      });
    }

    it('nor words of an answer that broke off, when the log says so', async () => {
      const body = 'event: message_start\ndata: {My plan: leave in May\n\n';
      fake.enqueue({ kind: 'raw', status: 200, headers: { 'content-type': 'text/event-stream' }, body });
      await stream(claude);
      assert.match(claude.logged.join(), /^An answer of Claude broke off\..*Error\n +at /);
      assert.doesNotMatch(claude.logged.join(), /plan|May/);
    });

    for (const key of [`${canary}\nx: y`, `${canary}\u2026`, ` ${canary}`, `${canary}\0`]) {
      it(`that cannot be one: ${JSON.stringify(key.replace(canary, 'KEY'))}; it is not sent`, async () => {
        claude.set.key = key;
        const events = await stream(claude);
        assert.equal(errorOf(events).code, 'api_key_rejected');
        assert.ok(!JSON.stringify([events, claude.logged]).includes(canary));
        assert.equal(fake.requests.length, 0);
      });
    }
  });
});
