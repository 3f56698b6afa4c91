import assert from 'node:assert/strict';
import {
  type AnthropicFeatures,
  noFeatures,
} from '../../../../../src/core/providers/anthropic/secondWind.ts';
import type {
  ProviderRequest,
  RequestMessage,
  ToolDefinition,
} from '../../../../../src/core/providers/provider.ts';
import { answer } from '../../../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../../../support/anthropic/server.ts';
import { ask, claudeAt, eventsOf, only, textOf } from './claude.ts';

const tool = (name: string, native?: 'memory'): ToolDefinition => ({
  name,
  description: 'x',
  inputSchema: { type: 'object' },
  ...(native === undefined ? {} : { native }),
});

/** A turn with that many calls, whose results have about as many tokens each. */
function calls(count: number, tokensEach: number, name = 'recall'): RequestMessage[] {
  const rounds = Array.from({ length: count }, (_, number): RequestMessage[] => [
    { role: 'assistant', content: [{ type: 'tool_use', id: `t${number}`, name, input: {} }] },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: `t${number}`,
          content: [{ type: 'text', text: `${number} `.repeat(tokensEach / 2) }],
        },
      ],
    },
  ]);
  return [{ role: 'user', content: [{ type: 'text', text: 'Why?' }] }, ...rounds.flat()];
}

describe('What Claude’s API does about a long context', () => {
  let fake: FakeAnthropic;
  beforeEach(async () => {
    fake = await startFakeAnthropic();
    fake.always(() => answer('So.'));
  });
  afterEach(() => fake.close());

  async function send(features: Partial<AnthropicFeatures>, request: Partial<ProviderRequest> = {}) {
    const { provider } = claudeAt(fake, { features: () => ({ ...noFeatures, ...features }) });
    const events = await eventsOf(provider.stream(ask(request), new AbortController().signal));
    const sent = fake.requests.at(-1) ?? assert.fail('nothing was sent');
    const [stop] = only(events, 'stop');
    const body = sent.body as { context_management?: { edits: { type: string }[] }; tools?: unknown[] };
    return { events, stop, body, betas: sent.headers['anthropic-beta'] };
  }

  it('is nothing until it is asked for', async () => {
    const { body, betas, stop } = await send({}, { tools: [tool('recall')] });
    assert.deepEqual([body.context_management, betas, stop?.leftOut], [undefined, undefined, undefined]);
  });

  const asked: [
    name: string,
    features: Partial<AnthropicFeatures>,
    model: string,
    edits: string[],
    betas: string,
  ][] = [
    [
      'editing',
      { contextEditing: true },
      'claude-sonnet-5-5',
      ['clear_tool_uses_20250919'],
      'context-management-2025-06-27',
    ],
    [
      'a summary',
      { serverCompaction: true },
      'claude-sonnet-5-5',
      ['compact_20260112'],
      'compact-2026-01-12',
    ],
    [
      'both',
      { contextEditing: true, serverCompaction: true },
      'claude-opus-5-5',
      ['clear_tool_uses_20250919', 'compact_20260112'],
      'context-management-2025-06-27,compact-2026-01-12',
    ],
    [
      'what an older model has of both',
      { contextEditing: true, serverCompaction: true },
      'claude-haiku-4-5',
      ['clear_tool_uses_20250919'],
      'context-management-2025-06-27',
    ],
  ];
  for (const [name, features, model, edits, betas] of asked) {
    it(`is asked for with its beta and taken by the API: ${name}`, async () => {
      const sent = await send(features, { model, tools: [tool('recall')] });
      assert.deepEqual(
        sent.body.context_management?.edits.map(({ type }) => type),
        edits,
      );
      assert.equal(sent.betas, betas);
      assert.equal(textOf(sent.events), 'So.');
    });
  }

  it('is not asked of a model nobody knows, nor editing without tools', async () => {
    fake.models.push({ ...(fake.models[0] ?? assert.fail()), id: 'claude-next' });
    const wanted = { contextEditing: true, serverCompaction: true };
    const unknown = await send(wanted, { model: 'claude-next', tools: [tool('memory', 'memory')] });
    assert.equal(unknown.body.context_management, undefined);
    assert.deepEqual(unknown.body.tools, [
      { name: 'memory', description: 'x', input_schema: { type: 'object' } },
    ]);
    assert.equal((await send({ contextEditing: true })).body.context_management, undefined);
  });

  it('is asked of a model that the API’s own list says has it', async () => {
    fake.models.push({ ...(fake.models[0] ?? assert.fail()), id: 'claude-next' });
    const { provider } = claudeAt(fake, { features: () => ({ ...noFeatures, contextEditing: true }) });
    await provider.refreshModels(new AbortController().signal);
    await eventsOf(
      provider.stream(ask({ model: 'claude-next', tools: [tool('recall')] }), new AbortController().signal),
    );
    const { body } = fake.requests.at(-1) ?? assert.fail();
    assert.ok(JSON.stringify(body).includes('clear_tool_uses_20250919'));
  });

  it('leaves old results out and says which, but never those that say what was written', async () => {
    const tools = [tool('recall')];
    const { stop } = await send({ contextEditing: true }, { tools, messages: calls(20, 4_000) });
    const [left] = stop?.leftOut ?? [];
    assert.equal(left?.label, 'Older results of tools');
    assert.ok(left.tokens > 40_000, `${left.tokens}`);
    const whole = await send({}, { tools, messages: calls(20, 4_000) });
    assert.ok((stop?.usage.inputTokens ?? 0) < (whole.stop?.usage.inputTokens ?? 0) / 2);
    const written = await send(
      { contextEditing: true },
      { tools, messages: calls(20, 4_000, 'update_task') },
    );
    assert.equal(written.stop?.leftOut, undefined);
  });

  it('reads a summary in place of what nearly fills the window, which is paid for and told; its block breaks nothing', async () => {
    // By its own count, which is another than ours.
    for (const model of fake.models) model.window = 2_000_000;
    const text = 'word '.repeat(400_000);
    const { events, stop } = await send(
      { serverCompaction: true },
      { messages: [{ role: 'user', content: [{ type: 'text', text }] }] },
    );
    assert.equal(textOf(events), 'So.');
    assert.equal(stop?.leftOut?.[0]?.label, 'The conversation before this turn');
    const [begun] = only(events, 'usage');
    assert.equal(
      stop.usage.inputTokens,
      (begun?.usage.inputTokens ?? 0) * 2,
      'the summary’s own reading counts',
    );
  });

  it('keeps what is cached for an hour, at every breakpoint, at its price', async () => {
    const long = 'A sentence about upload limits and retries. '.repeat(300);
    const request: Partial<ProviderRequest> = {
      system: [{ text: long, cache: '5m' }],
      messages: [{ role: 'user', content: [{ type: 'text', text: long, cache: '5m' }] }],
    };
    const first = await send({ longCache: true }, request);
    assert.equal(first.stop?.usage.cacheCreation1hTokens, first.stop?.usage.cacheCreationTokens);
    fake.clock.now += 50 * 60_000;
    const second = await send({ longCache: true }, request);
    assert.equal(second.stop?.usage.cacheReadTokens, first.stop?.usage.cacheCreationTokens);
  });

  it('names the memory tool where the model was trained for it', async () => {
    const { body } = await send({}, { tools: [tool('memory', 'memory'), tool('recall')] });
    assert.deepEqual(body.tools?.[0], { type: 'memory_20250818', name: 'memory' });
  });
});
