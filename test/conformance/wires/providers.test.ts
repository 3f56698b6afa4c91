/** Calls of a session on the model wires that another provider than Claude answers. */
import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { routeSettings } from '../../../src/core/providers/routes.ts';
import * as chat from '../../support/openai/script.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../../support/openai/server.ts';
import { serversAt, settingOf } from '../../support/twoProviders.ts';
import { startTestBridge, type TestBridge } from '../bridge/support.ts';

const session = { 'x-causeway-session': 'new' };
const messages = [{ role: 'user' as const, content: 'Why?' }];
const look = { name: 'look', description: 'Looks.', input_schema: { type: 'object' as const } };
const schema = {
  type: 'object',
  properties: { cause: { type: 'string' } },
  required: ['cause'],
  additionalProperties: false,
};

describe('wire: a session that another provider answers', function () {
  this.timeout(60_000);
  let test: TestBridge;
  let fake: FakeOpenAi;
  let priced: FakeOpenAi;
  let sdk: Anthropic;
  let openai: OpenAI;
  const keys = new Map<string, string>();
  before(async () => {
    fake = await startFakeOpenAi();
    priced = await startFakeOpenAi({ flavour: 'openrouter' });
    const all = [settingOf(fake, 'mine'), settingOf(priced, 'router', { preset: 'openrouter' })];
    for (const { key } of all) keys.set(...key);
    const servers = serversAt(
      all.map(({ setting }) => setting),
      keys,
    );
    test = await startTestBridge({ more: servers });
    sdk = new Anthropic({ apiKey: test.token, baseURL: test.url, maxRetries: 0 });
    openai = new OpenAI({ apiKey: test.token, baseURL: `${test.url}/v1`, maxRetries: 0 });
  });
  beforeEach(() => {
    test.core.secrets.key = test.core.fake.key;
  });
  after(async () => {
    await test.close();
    await fake.close();
    await priced.close();
  });

  const ask = (model: string, more: Partial<Anthropic.MessageCreateParamsNonStreaming> = {}) =>
    sdk.messages.create({ model, max_tokens: 4_000, messages, ...more }, { headers: session }).withResponse();
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the fake was sent as it came.
  const sent = (): any => fake.requests.findLast(({ path }) => path.endsWith('/chat/completions'))?.body;
  const usage = async (model: string) =>
    (await test.relay.usage({ by: ['model'], from: 0, to: Date.now() + 1_000 })).find(
      (row) => row.model === model,
    );

  it('needs no key of Claude’s', async () => {
    test.core.secrets.key = undefined;
    fake.enqueue(chat.answer('The timer.'), chat.answer('Still.'));
    const { data } = await ask('mine/fake-large');
    assert.deepEqual(data.content, [{ type: 'text', text: 'The timer.' }]);
    const listed = await ask('fake-large');
    assert.equal(listed.data.model, 'fake-large');
  });

  it('is refused where Claude is asked without its key, and leaves no session behind', async () => {
    test.core.secrets.key = undefined;
    const before = (await test.core.store.list()).length;
    await assert.rejects(ask('claude-opus-5-5'), Anthropic.AuthenticationError);
    assert.equal((await test.core.store.list()).length, before);
  });

  it('is not sent to Claude where nobody knows the model and several might have it', async () => {
    await assert.rejects(ask('gpt-unheard-of'), Anthropic.NotFoundError);
    assert.equal(test.core.fake.requests.length, 0);
    // A name of Claude's own is its, whether it is listed or not.
    await assert.rejects(ask('claude-unheard-of'), Anthropic.NotFoundError);
    assert.equal(test.core.fake.requests.length, 1);
  });

  it('tells the server the program’s choice of tools, its stops and its form, and names what it is not told', async () => {
    fake.enqueue({ ...chat.toolCall('call_1', 'look', {}), finish: 'tool_calls' });
    const { response } = await ask('mine/fake-large', {
      tools: [look],
      tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true },
      stop_sequences: ['END'],
      output_config: { format: { type: 'json_schema', schema }, effort: 'low' },
      metadata: { user_id: 'u1' },
      thinking: { type: 'disabled' },
    });
    const { tool_choice, parallel_tool_calls, stop, response_format, reasoning_effort } = sent();
    assert.deepEqual(
      [tool_choice, parallel_tool_calls, stop, reasoning_effort],
      [{ type: 'function', function: { name: 'look' } }, false, ['END'], 'low'],
    );
    assert.deepEqual(response_format.json_schema, { name: 'answer', strict: true, schema });
    assert.equal(response.headers.get('x-causeway-ignored'), 'thinking, metadata');
  });

  it('names on OpenAI’s wire what a server is not told in that wire’s own words', async () => {
    priced.enqueue(chat.answer('{"cause":"timer"}'));
    const { response } = await openai.chat.completions
      .create(
        {
          model: 'router/fake-large',
          messages,
          stop: 'END',
          response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
          user: 'u1',
        },
        { headers: session },
      )
      .withResponse();
    assert.equal(response.headers.get('x-causeway-ignored'), 'user');
    const body = priced.requests.at(-1)?.body as Record<string, unknown>;
    assert.deepEqual(body.stop, ['END']);
    assert.equal((body.response_format as { type: string }).type, 'json_schema');
  });

  it('stands in the log of calls with the model that answered, at its own price or with none', async () => {
    fake.enqueue(chat.answer('One.'));
    const first = await ask('mine/fake-small');
    const unknown = await usage('mine/fake-small');
    assert.deepEqual([unknown?.calls, unknown?.unpriced, unknown?.cost], [1, 1, 0]);
    assert.equal(unknown?.usage.outputTokens, first.data.usage.output_tokens);
    await test.core.engine.refreshModels(AbortSignal.timeout(5_000));
    priced.enqueue(chat.answer('Two.'));
    const { data } = await ask('router/fake-small');
    const known = await usage('router/fake-small');
    assert.equal(known?.unpriced, 0);
    const { input_tokens: input, output_tokens: output, cache_read_input_tokens: read } = data.usage;
    const cost = (input * 2 + (read ?? 0) * 0.5 + output * 10) / 1_000_000;
    assert.ok(Math.abs((known?.cost ?? 0) - cost) < 1e-9, `${known?.cost} beside ${cost}`);
  });

  it('stands in the log with all that its requests took, by the model of the route that answered', async () => {
    test.core.settings.routes = routeSettings.parse({
      main: { models: ['mine/fake-large', 'anthropic/claude-opus-5-5'] },
    });
    fake.enqueue({ kind: 'error', status: 503, headers: { 'retry-after-ms': '3' } });
    test.core.fake.enqueue({ kind: 'answer', blocks: [{ type: 'text', deltas: ['I stand in.'] }] });
    const { data } = await ask('route/main');
    assert.deepEqual(data.content, [{ type: 'text', text: 'I stand in.' }]);
    const row = await usage('claude-opus-5-5');
    assert.equal(row?.calls, 1);
    assert.equal(row?.usage.outputTokens, data.usage.output_tokens);
    assert.equal(await usage('route/main'), undefined);
    await assert.rejects(ask('route/none'), Anthropic.NotFoundError);
  });
});
