import assert from 'node:assert/strict';
import { costOf } from '../../../../../src/core/providers/prices.ts';
import type { Price, RequestBlock } from '../../../../../src/core/providers/provider.ts';
import type { Usage } from '../../../../../src/protocol/content.ts';
import { answer } from '../../../../support/anthropic/script.ts';
import { type FakeAnthropic, startFakeAnthropic } from '../../../../support/anthropic/server.ts';
import { ask, type Claude, claudeAt, only, stream } from './claude.ts';

describe('What a request to Claude used', () => {
  let fake: FakeAnthropic;
  let claude: Claude;
  beforeEach(async () => {
    fake = await startFakeAnthropic();
    fake.always(() => answer('Yes.'));
    claude = claudeAt(fake);
  });
  afterEach(() => fake.close());

  const long = 'A sentence about upload limits and retries. '.repeat(300);
  const text = (value: string, cache?: '5m' | '1h'): RequestBlock => ({
    type: 'text',
    text: value,
    ...(cache === undefined ? {} : { cache }),
  });
  const usageOf = async (content: RequestBlock[]): Promise<Usage> => {
    const [end] = only(await stream(claude, { messages: [{ role: 'user', content }] }), 'stop');
    assert.ok(end);
    return end.usage;
  };

  it('is known from the first event on, so that a stopped answer has its cost', async () => {
    const events = await stream(claude);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['start', 'usage', 'text', 'usage', 'stop'],
    );
    const [first, whole] = only(events, 'usage');
    assert.equal(first?.usage.inputTokens, whole?.usage.inputTokens);
    assert.ok((whole?.usage.outputTokens ?? 0) > 0);
  });

  it('is written to the cache once and read from it the next time', async () => {
    const first = await usageOf([text(long, '5m'), text('One?')]);
    const second = await usageOf([text(long, '5m'), text('Two?')]);
    assert.ok(first.cacheCreationTokens > 1_000);
    assert.deepEqual([first.cacheReadTokens, first.cacheCreation1hTokens], [0, 0]);
    assert.deepEqual([second.cacheReadTokens, second.cacheCreationTokens], [first.cacheCreationTokens, 0]);
  });

  it('tells what was written for an hour, which costs more', async () => {
    const usage = await usageOf([text(long, '1h'), text('One?')]);
    assert.equal(usage.cacheCreation1hTokens, usage.cacheCreationTokens);
    assert.ok(usage.cacheCreationTokens > 1_000);
  });

  it('keeps what was known where a gateway sends no counts', async () => {
    const event = (type: string, more: object) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
    const odd = {
      input_tokens: -1,
      output_tokens: 1.5,
      cache_read_input_tokens: '9',
      cache_creation_input_tokens: null,
    };
    fake.enqueue({
      kind: 'raw',
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: [
        event('message_start', {
          message: { id: 'm', model: 'm', usage: { input_tokens: 12, output_tokens: 1 } },
        }),
        event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: odd }),
        event('message_stop', {}),
      ].join(''),
    });
    const [end] = only(await stream(claude), 'stop');
    assert.deepEqual(end?.usage, {
      inputTokens: 12,
      outputTokens: 1,
      cacheCreationTokens: 0,
      cacheReadTokens: 0,
    });
  });

  it('costs what the table says, what the user says instead, or an unknown amount', async () => {
    const price: Price = {
      input: 1_000_000,
      output: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      cacheRead: 0,
      asOf: '2026-01-01',
    };
    const own = claudeAt(fake, { prices: () => ({ 'claude-opus-5-5': price }) }).provider;
    const usage = await usageOf(ask().messages[0]?.content ?? []);
    const models = await own.models();
    const cost = (id: string) => costOf(usage, models.find((model) => model.id === id)?.price);
    assert.equal(cost('claude-opus-5-5'), usage.inputTokens);
    assert.equal(cost('claude-sonnet-5-5'), (usage.inputTokens * 2 + usage.outputTokens * 10) / 1_000_000);
    assert.equal(costOf(usage, own.unlistedModel('claude-unheard-of').price), undefined);
  });
});

describe('The cost of a response', () => {
  const price: Price = {
    input: 1,
    output: 10,
    cacheWrite5m: 1.25,
    cacheWrite1h: 2,
    cacheRead: 0.1,
    asOf: '2026-01-01',
  };
  const long: Price = {
    ...price,
    longPrompt: { input: 5, output: 50, cacheWrite5m: 6, cacheWrite1h: 7, cacheRead: 0.5, aboveTokens: 100 },
  };
  const usage = (more: Partial<Usage>): Usage => ({
    inputTokens: 0,
    outputTokens: 0,
    cacheCreationTokens: 0,
    cacheReadTokens: 0,
    ...more,
  });
  const cases: { name: string; used: Partial<Usage>; price: Price; dollars: number }[] = [
    { name: 'input and output', used: { inputTokens: 100, outputTokens: 20 }, price, dollars: 300 },
    { name: 'what was written to the cache', used: { cacheCreationTokens: 100 }, price, dollars: 125 },
    {
      name: 'what was written for five minutes and for an hour',
      used: { cacheCreationTokens: 100, cacheCreation1hTokens: 40 },
      price,
      dollars: 60 * 1.25 + 80,
    },
    { name: 'what was read from the cache', used: { cacheReadTokens: 100 }, price, dollars: 10 },
    {
      name: 'a prompt at the limit',
      used: { inputTokens: 60, cacheReadTokens: 40 },
      price: long,
      dollars: 64,
    },
    {
      name: 'a prompt above the limit, cached or not',
      used: { inputTokens: 61, cacheReadTokens: 40, outputTokens: 1 },
      price: long,
      dollars: 375,
    },
    { name: 'nothing', used: {}, price, dollars: 0 },
  ];
  for (const { name, used, price, dollars } of cases) {
    it(`counts ${name}`, () => {
      const cost = costOf(usage(used), price) ?? Number.NaN;
      assert.ok(Math.abs(cost * 1_000_000 - dollars) < 1e-6, `${cost * 1_000_000}`);
    });
  }

  it('is unknown, not zero, where no price is known', () =>
    assert.equal(costOf(usage({}), undefined), undefined));
});
