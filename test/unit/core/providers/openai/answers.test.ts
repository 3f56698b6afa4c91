import assert from 'node:assert/strict';
import type { ProviderEvent } from '../../../../../src/core/providers/provider.ts';
import type { FlavourName } from '../../../../support/openai/flavours.ts';
import { type Answer, answer, toolCall } from '../../../../support/openai/script.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../../../../support/openai/server.ts';
import { only, textOf } from '../anthropic/claude.ts';
import { ask, type Chat, chatAt, stream } from './chat.ts';

describe('An answer of an OpenAI-compatible server', () => {
  let fake: FakeOpenAi;
  let chat: Chat;
  beforeEach(async () => {
    fake = await startFakeOpenAi();
    chat = chatAt(fake);
  });
  afterEach(() => fake.close());

  it('streams its text as it comes, in one block, with the model that gives it', async () => {
    fake.enqueue(answer('Because it is so.'));
    const events = await stream(chat);
    assert.deepEqual(events[0], { type: 'start', model: 'fake-large', requestId: 'chatcmpl-1' });
    assert.deepEqual(
      only(events, 'text').map(({ block, text }) => [block, text]),
      [
        [0, 'Because'],
        [0, ' it'],
        [0, ' is'],
        [0, ' so.'],
      ],
    );
    assert.equal(only(events, 'stop')[0]?.stopReason, 'end_turn');
  });

  it('is read whole however its bytes are cut', async () => {
    fake.enqueue({ ...answer('Größe 日本 🙂 \\" {"a": 1}'), sliceBytes: 1 });
    assert.equal(textOf(await stream(chat)), 'Größe 日本 🙂 \\" {"a": 1}');
  });

  it('tells what it cost, with what was read from the cache apart', async () => {
    const long = { type: 'text' as const, text: 'word '.repeat(3_000) };
    const first = await stream(chat, { messages: [{ role: 'user', content: [long] }] });
    const usage = only(first, 'stop')[0]?.usage;
    assert.ok(usage && usage.inputTokens > 3_000 && usage.outputTokens > 0);
    assert.equal(usage.cacheReadTokens, 0);
    const again = await stream(chat, { messages: [{ role: 'user', content: [long] }] });
    const cached = only(again, 'stop')[0]?.usage;
    assert.ok(cached && cached.cacheReadTokens >= 1_024);
    assert.equal(cached.inputTokens + cached.cacheReadTokens, usage.inputTokens);
  });

  it('without usage is an answer all the same', async () => {
    fake.enqueue({ ...answer('Yes.'), withoutUsage: true });
    const events = await stream(chat);
    assert.equal(textOf(events), 'Yes.');
    assert.equal(only(events, 'stop')[0]?.usage.inputTokens, 0);
    assert.deepEqual(only(events, 'usage'), []);
  });

  const reasons: [what: string, behaviour: Answer, stopReason: string][] = [
    ['that reached its ceiling', { ...answer('half'), finish: 'length' }, 'max_tokens'],
    ['that a filter stopped', { ...answer('no'), finish: 'content_filter' }, 'refusal'],
    ['that the model refused', { kind: 'answer', refusal: 'I will not.' }, 'refusal'],
    ['that ended for a reason nobody knows', { ...answer('so'), finish: 'whim' }, 'end_turn'],
  ];
  for (const [what, behaviour, stopReason] of reasons)
    it(`${what} says so`, async () => {
      fake.enqueue(behaviour);
      const events = await stream(chat);
      assert.equal(only(events, 'stop')[0]?.stopReason, stopReason);
      assert.ok(textOf(events).length > 0);
    });

  const calls = (events: readonly ProviderEvent[]) =>
    only(events, 'tool_use').map(({ block, id, name, input }) => ({ block, id, name, input }));

  for (const flavour of ['openai', 'ollama', 'gemini'] as FlavourName[])
    it(`with two calls of tools gives both whole, as ${flavour} sends them`, async () => {
      await fake.close();
      fake = await startFakeOpenAi({ flavour });
      chat = chatAt(fake, flavour === 'openai' ? 'openai' : 'other');
      fake.enqueue({
        kind: 'answer',
        text: 'I look.',
        calls: [
          { id: 'call_1', name: 'find', pieces: ['{"te', 'xt":"\\u00', 'e4\\"}"', '}'] },
          { id: 'call_2', name: 'find', pieces: ['{}'] },
        ],
      });
      const events = await stream(chat);
      assert.deepEqual(calls(events), [
        { block: 1, id: 'call_1', name: 'find', input: { text: 'ä"}' } },
        { block: 2, id: 'call_2', name: 'find', input: {} },
      ]);
      assert.equal(only(events, 'stop')[0]?.stopReason, 'tool_use');
    });

  it('with a call that was cut off has no half of it', async () => {
    fake.enqueue({
      ...toolCall('call_1', 'find', {}),
      calls: [{ id: 'a', name: 'find', pieces: ['{"te'] }],
      finish: 'length',
    });
    const events = await stream(chat);
    assert.deepEqual(calls(events), []);
    assert.equal(only(events, 'stop')[0]?.stopReason, 'max_tokens');
  });

  it('with a call without an id, or with signs no other provider takes, gets an id that all take', async () => {
    fake.enqueue({
      kind: 'answer',
      calls: [
        { id: '', name: 'find', pieces: ['{}'] },
        { id: 'functions.find:0', name: 'find', pieces: ['{}'] },
      ],
    });
    const ids = calls(await stream(chat)).map(({ id }) => id);
    assert.equal(ids[1], 'functions_find_0');
    assert.match(ids[0] ?? '', /^call_[0-9a-f]{24}$/);
  });

  for (const flavour of ['lmstudio', 'ollama'] as FlavourName[])
    it(`of a model that thinks shows the thinking apart, as ${flavour} sends it`, async () => {
      await fake.close();
      fake = await startFakeOpenAi({ flavour });
      chat = chatAt(fake, 'other');
      fake.enqueue({ kind: 'answer', reasoning: 'Let me see.', text: 'Yes.' });
      const events = await stream(chat);
      assert.equal(
        only(events, 'thinking')
          .map(({ text }) => text)
          .join(''),
        'Let me see.',
      );
      assert.deepEqual([textOf(events), only(events, 'text')[0]?.block], ['Yes.', 1]);
    });

  it('whose usage never comes ends when the connection has been silent for long', async () => {
    const quick = chatAt(fake, 'openai', { idleLimitMs: 60 });
    fake.enqueue({ kind: 'stall_before_usage', text: 'All of it.' });
    const events = await stream(quick);
    assert.deepEqual([textOf(events), events.at(-1)?.type], ['All of it.', 'stop']);
  });

  it('that is stopped sends nothing more, and the server sees it go', async () => {
    fake.enqueue({ ...answer('one two three four'), gated: true });
    const stop = new AbortController();
    const events: ProviderEvent[] = [];
    fake.gate.step(2);
    for await (const event of chat.provider.stream(ask(), stop.signal)) {
      events.push(event);
      if (event.type === 'text') stop.abort();
    }
    assert.deepEqual([textOf(events), events.at(-1)], ['one', { type: 'aborted' }]);
    assert.equal(await (await fake.received(1)).closed, false);
    fake.gate.step(100);
  });

  it('stopped before it is asked for is not asked for', async () => {
    const events = await stream(chat, {}, AbortSignal.abort());
    assert.deepEqual(events, [{ type: 'aborted' }]);
    assert.equal(fake.requests.length, 0);
  });

  const truncations: [string, { done?: true }][] = [
    ['the end of the stream', {}],
    ['its mark for the end', { done: true }],
  ];
  for (const [what, more] of truncations)
    it(`that ends with ${what} and without a reason is a failure that keeps what came`, async () => {
      fake.enqueue({ kind: 'truncate', text: 'half an', ...more });
      const events = await stream(chat);
      const last = events.at(-1);
      assert.deepEqual(
        [textOf(events), last?.type === 'error' && last.error.code],
        ['half an', 'stream_truncated'],
      );
    });
});
