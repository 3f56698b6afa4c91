/** OpenAI's embeddings through the bridge, made by OpenAI's SDK. */
import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { contractIn } from '../../support/contract.ts';
import type { Contract } from '../../support/openai/contractTypes.ts';
import { type BridgeWithServers, startWithServers } from '../../support/servers.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const input = ['One text.', 'And another.'];

describe('wire: embeddings', function () {
  this.timeout(60_000);
  let all: BridgeWithServers<'mine' | 'router'>;
  let test: TestBridge;
  let sdk: OpenAI;
  const client = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${test.url}/v1`, maxRetries: 0 });
  before(async () => {
    all = await startWithServers({ mine: 'openai', router: 'openrouter' });
    ({ test } = all);
    sdk = client(test.token);
  });
  after(() => all.close());
  const row = async () =>
    (await test.relay.usage({ by: ['model'], from: 0, to: Date.now() + 1_000 })).find(
      ({ model }) => model === 'mine/fake-embed',
    );

  it('come as the server gives them, whole or packed, and stand in the log', async () => {
    const check = contractIn<keyof Contract>(
      new URL('../../support/openai/contractTypes.ts', import.meta.url),
    );
    // The SDK asks for packed numbers by itself, and unpacks them.
    const packed = await sdk.embeddings.create({ model: 'mine/fake-embed', input });
    assert.deepEqual(
      packed.data.map(({ embedding }) => embedding.length),
      [1_536, 1_536],
    );
    const whole = await sdk.embeddings.create({
      model: 'mine/fake-embed',
      input,
      encoding_format: 'float',
      dimensions: 3,
    });
    assert.deepEqual(check('embeddings', JSON.parse(JSON.stringify(whole))), []);
    assert.equal(whole.data[0]?.embedding.length, 3);
    const sent = JSON.stringify(all.servers.mine.requests.at(-1)?.body);
    assert.match(sent, /"model":"fake-embed".*"dimensions":3/);
    const logged = await row();
    assert.deepEqual([logged?.calls, logged?.unpriced], [2, 2]);
    assert.equal(logged?.usage.inputTokens, packed.usage.prompt_tokens + whole.usage.prompt_tokens);
  });

  it('are found by the name of the model alone, at the server that lists it', async () => {
    const { model, data } = await sdk.embeddings.create({ model: 'fake-embed', input: 'One' });
    assert.deepEqual([model, data.length], ['fake-embed', 1]);
  });

  const refused: [what: string, model: string, words: RegExp][] = [
    ['Claude', 'anthropic/claude-opus-5-5', /Claude turns no texts into numbers/],
    ['a server without them', 'router/fake-embed', /router turns no texts into numbers/],
    ['a model the server does not know', 'mine/fake-none', /does not exist/],
    ['a model that nobody lists, where several might have it', 'unheard-of', /not known/],
  ];
  for (const [what, model, words] of refused)
    it(`are not there of ${what}, and say so`, async () => {
      const error = await sdk.embeddings.create({ model, input }).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof OpenAI.NotFoundError, String(error));
      assert.match(error.message, words);
    });

  it('keep the server’s refusals, without its key', async () => {
    await assert.rejects(
      sdk.embeddings.create({ model: 'mine/fake-embed', input: '' }),
      OpenAI.BadRequestError,
    );
    all.servers.mine.enqueue({ kind: 'error', status: 401, message: 'Incorrect key sk-mine-key' });
    const error = await sdk.embeddings
      .create({ model: 'mine/fake-embed', input })
      .catch((thrown: unknown) => thrown);
    assert.ok(error instanceof OpenAI.AuthenticationError, String(error));
    assert.doesNotMatch(error.message, /sk-mine-key/);
  });

  it('are held to the limits of their program, and to its scope', async () => {
    const few = await test.addClient({ name: 'few', limits: { tokensPerMinute: 1 } });
    await client(few.token).embeddings.create({ model: 'mine/fake-embed', input });
    await assert.rejects(
      client(few.token).embeddings.create({ model: 'mine/fake-embed', input }),
      OpenAI.RateLimitError,
    );
    const reader = await test.addClient({ name: 'reader', scopes: ['sessions:read'] });
    await assert.rejects(
      client(reader.token).embeddings.create({ model: 'mine/fake-embed', input }),
      OpenAI.PermissionDeniedError,
    );
  });

  it('are not sent in Restricted Mode, nor there where no server is set', async () => {
    const before = all.servers.mine.requests.length;
    test.core.workspace.trusted = false;
    try {
      await assert.rejects(
        sdk.embeddings.create({ model: 'mine/fake-embed', input }),
        OpenAI.PermissionDeniedError,
      );
    } finally {
      test.core.workspace.trusted = true;
    }
    assert.equal(all.servers.mine.requests.length, before);
    const alone = await startTestBridge();
    try {
      const one = new OpenAI({ apiKey: alone.token, baseURL: `${alone.url}/v1`, maxRetries: 0 });
      const error = await one.embeddings.create({ model: 'x', input }).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof OpenAI.NotFoundError, String(error));
      assert.match(error.message, /No server is set/);
    } finally {
      await alone.close();
    }
  });
});
