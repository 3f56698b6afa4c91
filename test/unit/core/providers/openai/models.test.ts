import assert from 'node:assert/strict';
import {
  endpointKeyName,
  endpointSettings,
  endpointsOf,
  isLoopback,
} from '../../../../../src/core/providers/openai/endpoints.ts';
import { presets } from '../../../../../src/core/providers/openai/presets.ts';
import type { FlavourName } from '../../../../support/openai/flavours.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../../../../support/openai/server.ts';
import { chatAt } from './chat.ts';

const soon = () => AbortSignal.timeout(15_000);

describe('The models of an OpenAI-compatible server', () => {
  let fake: FakeOpenAi;
  afterEach(() => fake.close());
  async function listed(flavour: FlavourName, more = {}) {
    fake = await startFakeOpenAi({ flavour, ...(flavour === 'ollama' ? { key: null } : {}) });
    const chat = chatAt(fake, flavour, more);
    await chat.provider.refreshModels(soon());
    return chat.provider.models();
  }

  const sizes: [FlavourName, windows: number[]][] = [
    // It does not tell.
    ['openai', [128_000, 128_000]],
    ['mistral', [128_000, 32_000]],
    ['openrouter', [128_000, 32_000]],
    ['vllm', [128_000, 32_000]],
    ['llamacpp', [128_000, 32_000]],
    // What is not loaded has the size its server gives by default, whatever the model could take.
    ['ollama', [128_000, 4_096]],
    ['lmstudio', [128_000, 8_192]],
  ];
  for (const [flavour, windows] of sizes)
    it(`have the sizes that ${flavour} tells`, async () => {
      const models = await listed(flavour);
      assert.deepEqual(
        models.map(({ id, window }) => [id, window]),
        [
          ['fake-large', windows[0]],
          ['fake-small', windows[1]],
        ],
      );
    });

  it('have the size, pictures and tools that the user sets for the server', async () => {
    const models = await listed('ollama', { contextTokens: 64_000, images: true, tools: false });
    assert.deepEqual(
      models.map(({ window, images, tools }) => [window, images, tools]),
      [
        [64_000, true, false],
        [64_000, true, false],
      ],
    );
  });

  it('have the names without the collection, as Gemini takes them', async () => {
    assert.deepEqual(
      (await listed('gemini')).map(({ id }) => id),
      ['fake-large', 'fake-small'],
    );
  });

  it('have prices where they are told, with the day; the user’s own come first', async () => {
    const own = { input: 1, output: 2, cacheWrite5m: 1, cacheWrite1h: 1, cacheRead: 1, asOf: 'setting' };
    const [large, small] = await listed('openrouter', { prices: () => ({ 'fake-small': own }) });
    assert.deepEqual([large?.price?.input, large?.price?.output, large?.price?.cacheRead], [2, 10, 0.5]);
    assert.match(large?.price?.asOf ?? '', /^\d{4}-\d\d-\d\d$/);
    assert.deepEqual([small?.price, large?.maxOutput], [own, 9_000]);
  });

  it('are without those that write no text', async () => {
    fake = await startFakeOpenAi();
    fake.models.push(
      { id: 'text-embedding-3-small', window: 1 },
      { id: 'whisper-1', window: 1 },
      { id: 'gpt-image-1', window: 1 },
    );
    const { provider } = chatAt(fake);
    await provider.refreshModels(soon());
    assert.equal((await provider.models()).length, 2);
  });

  it('are asked for with nobody’s key only where none is needed', async () => {
    fake = await startFakeOpenAi();
    const chat = chatAt(fake);
    chat.set.key = undefined;
    await chat.provider.refreshModels(soon());
    assert.equal(fake.requests.length, 0);
  });

  it('are none when a local server is gone, and that is not logged', async () => {
    fake = await startFakeOpenAi({ flavour: 'ollama', key: null });
    const chat = chatAt(fake, 'ollama');
    await chat.provider.refreshModels(soon());
    assert.equal((await chat.provider.models()).length, 2);
    await fake.close();
    await chat.provider.refreshModels(soon());
    assert.deepEqual([await chat.provider.models(), chat.logged], [[], []]);
  });
});

describe('The setting of OpenAI-compatible servers', () => {
  const bad: [what: string, setting: object][] = [
    ['a name that means another provider', { id: 'anthropic', preset: 'openai' }],
    ['a name with a slash', { id: 'a/b', preset: 'openai' }],
    ['no address where the preset has none', { id: 'a', preset: 'litellm' }],
    ['an address that is none', { id: 'a', preset: 'other', baseUrl: 'file:///etc/passwd' }],
    ['an address with a password', { id: 'a', preset: 'other', baseUrl: 'https://me:hush@example.com/v1' }],
    ['a preset that nobody knows', { id: 'a', preset: 'skynet' }],
    ['a key', { id: 'a', preset: 'openai', apiKey: 'sk-1' }],
  ];
  for (const [what, setting] of bad)
    it(`refuses ${what}`, () => assert.equal(endpointSettings.safeParse([setting]).success, false));

  it('refuses one id for two servers', () => {
    const one = { id: 'a', preset: 'openai' };
    assert.equal(endpointSettings.safeParse([one, one]).success, false);
  });

  it('comes before the presets, and takes the place of one of its name', () => {
    const own = { id: 'openai', preset: 'openai' as const, baseUrl: 'https://eu.example.com/v1/' };
    const [first, ...rest] = endpointsOf([own]);
    assert.deepEqual([first?.baseUrl, first?.configured], ['https://eu.example.com/v1', true]);
    assert.ok(!rest.some(({ id }) => id === 'openai'));
    assert.ok(rest.every(({ configured }) => !configured));
  });

  it('keeps a key for the address it was given for', () => {
    const names = ['https://a.example/v1', 'https://b.example/v1'].map((baseUrl) =>
      endpointKeyName({ id: 'x', baseUrl }),
    );
    assert.deepEqual(names, ['x@https://a.example', 'x@https://b.example']);
  });

  it('looks for local servers on this machine alone', () => {
    const local = Object.values(presets).filter((preset) => preset.local);
    assert.deepEqual(
      local.map(({ baseUrl }) => URL.parse(baseUrl ?? '')?.port),
      ['11434', '1234', '8080', '8000'],
    );
    assert.ok(local.every(({ baseUrl }) => isLoopback(baseUrl ?? '')));
    for (const url of ['http://127.0.0.1.evil.example', 'http://localhost.evil.example', 'nonsense'])
      assert.equal(isLoopback(url), false, url);
  });
});
