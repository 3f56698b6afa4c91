import assert from 'node:assert/strict';
import type { ProviderRequest, RequestBlock } from '../../../../../src/core/providers/provider.ts';
import { answer } from '../../../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../../../support/anthropic/server.ts';
import { type Claude, claudeAt, errorOf, only, stream, textOf } from './claude.ts';

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Page>>endobj\ntrailer<<>>\n%%EOF\n').toString('base64');

describe('A request to Claude', () => {
  let fake: FakeAnthropic;
  let claude: Claude;
  before(async () => {
    fake = await startFakeAnthropic();
  });
  beforeEach(() => {
    fake.requests.length = 0;
    fake.always(() => answer('ok'));
    claude = claudeAt(fake);
  });
  after(() => fake.close());

  const bodyOf = async (more: Partial<ProviderRequest>): Promise<Record<string, unknown>> => {
    const events = await stream(claude, more);
    assert.equal(textOf(events), 'ok', JSON.stringify(events.at(-1)));
    return fake.requests.at(-1)?.body as Record<string, unknown>;
  };

  it('carries the key and the version in its headers, and nothing of either in its address', async () => {
    await bodyOf({});
    const request = fake.requests.at(-1);
    assert.equal(request?.headers.authorization, `Bearer ${fake.key}`);
    assert.equal(request.headers['anthropic-version'], '2026-10-21');
    assert.deepEqual([request.path, request.query], ['/v1/messages', '']);
  });

  const schema = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  };

  it('holds the answer to a schema where the model can be held to one', async () => {
    const body = await bodyOf({ outputSchema: schema });
    assert.deepEqual(body.output_config, { format: { type: 'json_schema', schema } });
    assert.equal(body.system, undefined);
  });

  it('tells the schema in words where the model cannot be held to one', async () => {
    fake.models.push({
      ...fake.models[0],
      id: 'claude-of-old',
      structured: false,
    } as (typeof fake.models)[0]);
    const body = await bodyOf({ model: 'claude-of-old', outputSchema: schema, system: [{ text: 'Help.' }] });
    assert.equal(body.output_config, undefined);
    assert.match(JSON.stringify(body.system), /Help\..*one JSON value.*additionalProperties/);
  });

  const inputs: { name: string; block: RequestBlock; sent: object }[] = [
    {
      name: 'a picture',
      block: { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
      sent: { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
    },
    {
      name: 'a PDF with its title',
      block: {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: pdf },
        title: 'Manual',
      },
      sent: {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: pdf },
        title: 'Manual',
      },
    },
    {
      name: 'a text document',
      block: { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Words.' } },
      sent: { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'Words.' } },
    },
    {
      name: 'text with citations of our own, which stay here',
      block: {
        type: 'text',
        text: 'See.',
        citations: [{ index: 1, uri: 'file:///a', path: 'a', startLine: 1, endLine: 1, quote: 'q' }],
      },
      sent: { type: 'text', text: 'See.' },
    },
    {
      name: 'a block to be kept for an hour',
      block: { type: 'text', text: 'Long.', cache: '1h' },
      sent: { type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } },
    },
  ];
  for (const { name, block, sent } of inputs) {
    it(`takes ${name}`, async () => {
      const { messages } = await bodyOf({ messages: [{ role: 'user', content: [block] }] });
      assert.deepEqual(messages, [{ role: 'user', content: [sent] }]);
    });
  }

  it('has system parts, tools, and a conversation with a call and its result', async () => {
    const body = await bodyOf({
      system: [{ text: 'Be brief.' }, { text: 'Use tabs.', cache: '5m' }],
      tools: [
        {
          name: 'read',
          description: 'Reads a file.',
          inputSchema: { properties: { path: { type: 'string' } }, required: ['path'] },
        },
      ],
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Look.' }] },
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'toolu_1', name: 'read', input: { path: 'a' } }],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              content: [
                { type: 'text', text: 'no such file' },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
              ],
              is_error: true,
            },
          ],
        },
      ],
    });
    assert.deepEqual(body.system, [
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'Use tabs.', cache_control: { type: 'ephemeral', ttl: '5m' } },
    ]);
    assert.deepEqual(body.tools, [
      {
        name: 'read',
        description: 'Reads a file.',
        input_schema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
      },
    ]);
  });

  const thinking: { model: string; wanted: boolean; max: number; sent: object | undefined }[] = [
    { model: 'claude-sonnet-5-5', wanted: true, max: 100, sent: { type: 'adaptive', display: 'summarized' } },
    { model: 'claude-sonnet-5-5', wanted: false, max: 100, sent: { type: 'disabled' } },
    { model: 'claude-opus-5-5', wanted: true, max: 100, sent: { type: 'adaptive', display: 'summarized' } },
    { model: 'claude-opus-5-5', wanted: false, max: 100, sent: undefined },
    { model: 'claude-haiku-4-5', wanted: true, max: 8_000, sent: { type: 'enabled', budget_tokens: 4_096 } },
    { model: 'claude-haiku-4-5', wanted: true, max: 4_096, sent: undefined },
    { model: 'claude-haiku-4-5', wanted: false, max: 8_000, sent: undefined },
  ];
  for (const { model, wanted, max, sent } of thinking) {
    it(`to ${model} ${wanted ? 'with' : 'without'} thinking and ${max} tokens is one it takes`, async () => {
      const body = await bodyOf({
        model,
        maxOutputTokens: max,
        ...(wanted ? { thinking: 'adaptive' as const } : {}),
      });
      assert.deepEqual(body.thinking, sent);
    });
  }

  it('gives thinking back as it came, beside a call', async () => {
    fake.enqueue({
      kind: 'answer',
      blocks: [
        { type: 'thinking', deltas: ['Let me ', 'look.'], signature: 'sig' },
        { type: 'redacted_thinking', data: 'hidden' },
        { type: 'tool_use', id: 'toolu_1', name: 'read', jsonDeltas: ['{}'] },
      ],
      stopReason: 'tool_use',
    });
    const tools = [{ name: 'read', description: 'Reads.', inputSchema: {} }];
    const events = await stream(claude, { tools, thinking: 'adaptive' });
    assert.equal(
      only(events, 'thinking')
        .map(({ text }) => text)
        .join(''),
      'Let me look.',
    );
    assert.deepEqual(only(events, 'thinking_signature'), [
      { type: 'thinking_signature', block: 0, signature: 'sig' },
    ]);
    assert.deepEqual(only(events, 'redacted_thinking'), [
      { type: 'redacted_thinking', block: 1, data: 'hidden' },
    ]);
    // The fake refuses thinking that was changed, as the API does.
    await bodyOf({
      tools,
      thinking: 'adaptive',
      messages: [
        { role: 'user', content: [{ type: 'text', text: 'Why?' }] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Let me look.', signature: 'sig' },
            { type: 'redacted_thinking', data: 'hidden' },
            { type: 'tool_use', id: 'toolu_1', name: 'read', input: {} },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'x' }] }],
        },
      ],
    });
  });

  it('goes to the address that is set when it is sent', async () => {
    const other = await startFakeAnthropic({ key: fake.key });
    try {
      other.enqueue(answer('from elsewhere'));
      claude.set.baseUrl = other.url;
      assert.equal(textOf(await stream(claude)), 'from elsewhere');
      assert.equal(fake.requests.length, 0);
    } finally {
      await other.close();
    }
  });

  for (const address of ['', 'not a url', 'file:///etc/passwd', 'javascript:alert(1)', 'localhost:8080']) {
    it(`is not sent to ${JSON.stringify(address)}, and that is told`, async () => {
      claude.set.baseUrl = address;
      const error = errorOf(await stream(claude));
      assert.deepEqual([error.code, error.action], ['base_url_invalid', 'open_settings']);
      assert.equal(fake.requests.length, 0);
    });
  }

  for (const status of [301, 302, 307, 308]) {
    it(`threat 8: is not sent on by a redirect with status ${status}`, async () => {
      const elsewhere = await startFakeAnthropic();
      try {
        fake.enqueue({
          kind: 'raw',
          status,
          headers: { location: `${elsewhere.url}/v1/messages` },
          body: '',
        });
        const events = await stream(claude);
        assert.equal(errorOf(events).code, 'provider_redirected');
        assert.deepEqual(
          [elsewhere.requests.length, fake.requests.length, only(events, 'retrying').length],
          [0, 1, 0],
        );
      } finally {
        await elsewhere.close();
      }
    });
  }
});

describe('The list of Claude models', () => {
  let fake: FakeAnthropic;
  beforeEach(async () => {
    fake = await startFakeAnthropic();
  });
  afterEach(() => fake.close());

  it('has the models the key may use, the preferred first, with prices the user set', async () => {
    const price = {
      input: 7,
      output: 8,
      cacheWrite5m: 9,
      cacheWrite1h: 10,
      cacheRead: 1,
      asOf: '2026-01-01',
    };
    const { provider } = claudeAt(fake, {
      prices: () => ({ 'claude-opus-5-5': price, 'claude-next': price }),
    });
    await provider.refreshModels(new AbortController().signal);
    const models = await provider.models();
    assert.deepEqual([...models.map(({ id }) => id)].sort(), [...fake.models.map(({ id }) => id)].sort());
    assert.equal(models[0]?.id, 'claude-sonnet-5-5');
    assert.deepEqual(models.find(({ id }) => id === 'claude-opus-5-5')?.price, price);
    assert.deepEqual(provider.unlistedModel('claude-next').price, price);
    assert.equal(provider.unlistedModel('claude-other').price, undefined);
  });

  it('is the built-in table when the API cannot be asked, and the log says why without the key', async () => {
    const { provider, logged, set } = claudeAt(fake);
    set.key = 'sk-ant-api03-wrong';
    const before = await provider.models();
    await provider.refreshModels(new AbortController().signal);
    assert.deepEqual(await provider.models(), before);
    assert.match(logged.join(), /could not be read: api_key_rejected/);
    assert.ok(!logged.join().includes('wrong'));
  });

  it('is read anew when the base URL changes, and until then is the table, not the list of the other gateway', async () => {
    const other = await startFakeAnthropic();
    try {
      const { provider, set } = claudeAt(fake);
      const signal = new AbortController().signal;
      const ids = async () => (await provider.models()).map(({ id }) => id).sort();
      const table = await ids();
      fake.models.splice(1);
      await provider.refreshModels(signal);
      assert.deepEqual(await ids(), [fake.models[0]?.id]);
      set.baseUrl = other.url;
      assert.deepEqual(await ids(), table);
      other.models.splice(2);
      await provider.refreshModels(signal);
      assert.deepEqual(await ids(), other.models.map(({ id }) => id).sort());
      await provider.refreshModels(signal);
      assert.equal(other.requests.length, 1, 'a list that is there is not asked for again');
    } finally {
      await other.close();
    }
  });
});
