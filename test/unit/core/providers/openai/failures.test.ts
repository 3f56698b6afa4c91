import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import type { PresetId } from '../../../../../src/core/providers/openai/presets.ts';
import type { FlavourName } from '../../../../support/openai/flavours.ts';
import { answer, type Behaviour, times } from '../../../../support/openai/script.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../../../../support/openai/server.ts';
import { errorOf, only, textOf } from '../anthropic/claude.ts';
import { type Chat, chatAt, stream } from './chat.ts';

/** The delays between attempts are the product's own, up to four seconds; the server asks for shorter ones here. */
const soon = { 'retry-after-ms': '3' };

async function freePort(): Promise<number> {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  return port;
}

describe('A request to an OpenAI-compatible server that fails', function () {
  this.timeout(20_000);
  let fake: FakeOpenAi;
  let chat: Chat;
  beforeEach(async () => {
    fake = await startFakeOpenAi();
    chat = chatAt(fake);
  });
  afterEach(() => fake.close());

  const passing: [status: number, code: string][] = [
    [408, 'provider_failed'],
    [429, 'rate_limited'],
    [500, 'provider_failed'],
    [503, 'overloaded'],
  ];
  for (const [status, code] of passing) {
    it(`with status ${status} is sent again after the time the server asks for, and that is told`, async () => {
      fake.enqueue(...times(3, { kind: 'error', status, headers: soon }), answer('after'));
      const events = await stream(chat);
      assert.deepEqual(
        only(events, 'retrying'),
        [1, 2, 3].map((attempt) => ({ type: 'retrying', attempt, delayMs: 3, reason: code })),
      );
      assert.equal(textOf(events), 'after');
    });

    it(`with status ${status} is not sent again where nobody wants that`, async () => {
      fake.enqueue({ kind: 'error', status, headers: soon });
      const error = errorOf(await stream(chat, { retries: 0 }));
      assert.deepEqual([error.code, error.retryAfterMs, fake.requests.length], [code, 3, 1]);
    });
  }

  const final: [what: string, behaviour: Behaviour, code: string, action: string][] = [
    ['a rejected key', { kind: 'error', status: 401 }, 'api_key_rejected', 'set_api_key'],
    [
      'a rejected key as Gemini words it',
      { kind: 'error', status: 400, message: 'API key not valid. Please pass a valid API key.' },
      'api_key_rejected',
      'set_api_key',
    ],
    ['a model that is not for this key', { kind: 'error', status: 403 }, 'permission_denied', 'choose_model'],
    [
      'a model that is not there as Ollama words it',
      { kind: 'error', status: 404, message: 'model "x" not found, try pulling it first' },
      'model_not_found',
      'choose_model',
    ],
    [
      'money that is used up',
      { kind: 'error', status: 429, code: 'insufficient_quota', type: 'insufficient_quota' },
      'billing',
      'retry',
    ],
    ['a balance that is too low', { kind: 'error', status: 402 }, 'billing', 'retry'],
    [
      'a request that is not accepted',
      { kind: 'error', status: 400, message: 'Unsupported value.' },
      'provider_invalid_request',
      'show_log',
    ],
    [
      'an address that is a page',
      { kind: 'raw', status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not found</h1>' },
      'provider_not_there',
      'open_settings',
    ],
    [
      'an address that sends on',
      { kind: 'raw', status: 307, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
      'provider_redirected',
      'open_settings',
    ],
  ];
  for (const [what, behaviour, code, action] of final)
    it(`because of ${what} is told at once, with what helps`, async () => {
      fake.enqueue(behaviour);
      const error = errorOf(await stream(chat));
      assert.deepEqual([error.code, error.action, fake.requests.length], [code, action, 1]);
    });

  it('because there is no such model names it', async () => {
    const error = errorOf(await stream(chat, { model: 'fake-huge' }));
    assert.deepEqual([error.code, error.message.includes('fake-huge')], ['model_not_found', true]);
  });

  it('because no key is set names whose key, and is not sent', async () => {
    chat.set.key = undefined;
    const error = errorOf(await stream(chat));
    assert.match(error.message, /No API key for OpenAI is set/);
    assert.equal(fake.requests.length, 0);
  });

  it('because nobody listens at a local server’s port asks whether it runs, and asks once', async () => {
    const port = await freePort();
    const local = chatAt({ url: `http://127.0.0.1:${port}/v1`, key: undefined }, 'ollama');
    const events = await stream(local);
    assert.match(
      errorOf(events).message,
      new RegExp(`Nothing answers at 127\\.0\\.0\\.1:${port}\\. Is Ollama running\\?`),
    );
    assert.deepEqual(only(events, 'retrying'), []);
  });

  it('without an answer, because the connection broke, is sent again', async () => {
    fake.enqueue({ kind: 'hang_up' }, answer('after'));
    const events = await stream(chat);
    assert.deepEqual(
      [only(events, 'retrying')[0]?.reason, textOf(events)],
      ['provider_unreachable', 'after'],
    );
  });

  it('on a connection silent before the first word is sent again', async () => {
    const quick = chatAt(fake, 'openai', { idleLimitMs: 60 });
    fake.enqueue({ kind: 'silence' }, answer('after'));
    const events = await stream(quick);
    assert.deepEqual([only(events, 'retrying')[0]?.reason, textOf(events)], ['stream_stalled', 'after']);
  });

  const broken: [what: string, behaviour: Behaviour, code: string][] = [
    ['a connection that is cut', { kind: 'disconnect', text: 'half an' }, 'stream_truncated'],
    ['silence', { kind: 'stall', text: 'half an' }, 'stream_stalled'],
    [
      'an error in the stream',
      { kind: 'error_in_stream', text: 'half an', error: { message: 'Overloaded', code: 503 } },
      'overloaded',
    ],
  ];
  for (const [what, behaviour, code] of broken)
    it(`in the middle, by ${what}, keeps what came and is not sent again`, async () => {
      const quick = chatAt(fake, 'openai', { idleLimitMs: 100 });
      fake.enqueue(behaviour);
      const events = await stream(quick);
      assert.deepEqual([textOf(events), errorOf(events).code, fake.requests.length], ['half an', code, 1]);
    });

  const long: [FlavourName, PresetId][] = [
    ['openai', 'openai'],
    ['mistral', 'mistral'],
    ['gemini', 'gemini'],
    ['llamacpp', 'llamacpp'],
    ['vllm', 'vllm'],
  ];
  for (const [flavour, preset] of long)
    it(`because it is too long says so in one way, whatever ${flavour} says`, async () => {
      await fake.close();
      fake = await startFakeOpenAi({ flavour });
      for (const model of fake.models) model.window = 300;
      const content = [{ type: 'text' as const, text: 'word '.repeat(500) }];
      const error = errorOf(await stream(chatAt(fake, preset), { messages: [{ role: 'user', content }] }));
      assert.equal(error.code, 'prompt_too_long');
      assert.match(error.message, /^The request has (\d{3,}) tokens; the model takes 300\./);
    });

  it('because the model takes no tools is sent without them, now and from then on', async () => {
    for (const model of fake.models) model.tools = false;
    const tools = [{ name: 'find', description: 'Finds.', inputSchema: { properties: {} } }];
    assert.equal(textOf(await stream(chat, { tools })), 'Hello from the fake.');
    await stream(chat, { tools });
    assert.deepEqual(
      fake.requests.map(({ body }) => Object.hasOwn(body as object, 'tools')),
      [true, false, false],
    );
  });

  describe('threat 19: tells nobody the key', () => {
    const key = 'sk-proj-very-secret-key';
    const leaks: [string, Behaviour][] = [
      ['that the server quotes', { kind: 'error', status: 400, message: `Bad key ${key}` }],
      [
        'that a stream quotes',
        { kind: 'error_in_stream', text: 'a', error: { message: `Bad ${key}`, code: 400 } },
      ],
      [
        'in a stream of nonsense',
        {
          kind: 'raw',
          status: 200,
          headers: { 'content-type': 'text/event-stream' },
          body: `data: ${key}\n\n`,
        },
      ],
    ];
    for (const [what, behaviour] of leaks)
      it(what, async () => {
        await fake.close();
        fake = await startFakeOpenAi({ key });
        chat = chatAt(fake);
        fake.enqueue(behaviour);
        const events = await stream(chat);
        errorOf(events);
        assert.ok(!JSON.stringify([events, chat.logged]).includes(key));
      });

    it('that cannot be one, and does not send it', async () => {
      chat.set.key = 'KEY\nx: y';
      assert.equal(errorOf(await stream(chat)).code, 'api_key_rejected');
      assert.equal(fake.requests.length, 0);
    });
  });
});
