import assert from 'node:assert/strict';
import type { AssistantEntry, EntryDraft } from '../../../../src/protocol/entries.ts';
import { answer } from '../../../support/anthropic/script.ts';
import { startCore, type TestCore } from '../../../support/core.ts';

/** About 2,000 tokens of the fake's, half as many of our own estimate. */
const paragraph = 'Uploads resume where they broke off. '.repeat(220);

function saidTurn(number: number): EntryDraft[] {
  const turnId = crypto.randomUUID();
  const common = () => ({ id: crypto.randomUUID(), at: number, door: 'cli' as const, turnId });
  const content = [{ type: 'text' as const, text: `${number}. ${paragraph}` }];
  return [
    { ...common(), kind: 'user', content, grounding: 'off' },
    { ...common(), kind: 'assistant', provider: 'anthropic', model: 'm', content, outcome: 'done' },
  ];
}

describe('A request near what the model takes', () => {
  let core: TestCore;
  let sessionId: string;
  /** Refused as too long and counted, of the requests so far. */
  const requests = () => ({
    sent: core.fake.requests.filter(({ path }) => path === '/v1/messages').map(({ status }) => status),
    counted: core.fake.requests.filter(({ path }) => path === '/v1/messages/count_tokens').length,
  });

  beforeEach(async () => {
    core = await startCore();
    Object.assign(core.settings, {
      model: 'anthropic/claude-haiku-4-5',
      conversationTokens: 1_000_000,
      compaction: 'off',
      grounding: 'off',
      recall: 'off',
    });
    core.fake.always(() => answer('Yes.'));
    sessionId = (await core.store.create({ door: 'cli', private: true })).id;
  });
  afterEach(() => core.close());

  const hasTurns = async (count: number) => {
    for (let number = 0; number < count; number++) await core.store.append(sessionId, saidTurn(number));
  };
  const ask = async (text: string): Promise<AssistantEntry> => {
    const turn = await core.engine.startTurn(sessionId, { text, door: 'cli' });
    for await (const event of turn.events)
      if (event.type === 'turn.ended' && event.entry.kind === 'assistant') return event.entry;
    throw new Error('The turn did not end.');
  };

  it('is not counted while it is far from it', async () => {
    await hasTurns(3);
    assert.equal((await ask('And now?')).outcome, 'done');
    assert.deepEqual(requests(), { sent: [200], counted: 0 });
  });

  it('is counted first when nothing was learned yet, and sent smaller: it is never refused', async () => {
    await hasTurns(90);
    const entry = await ask('And now?');
    assert.equal(entry.outcome, 'done');
    assert.deepEqual(requests(), { sent: [200], counted: 1 });
    const prompt = (entry.usage?.inputTokens ?? 0) + (entry.usage?.cacheCreationTokens ?? 0);
    assert.ok(prompt > 100_000 && prompt < 192_000, `${prompt} of 192,000 tokens are used`);
  });

  it('that is refused all the same is counted, sent smaller once, and what was wrong is learned', async () => {
    await hasTurns(90);
    assert.equal((await ask('One?')).outcome, 'done');
    const before = requests().sent.length;
    core.fake.enqueue({ kind: 'error', status: 400, message: 'prompt is too long: 200001 tokens > 200000' });
    assert.equal((await ask('Two?')).outcome, 'done');
    assert.deepEqual(requests().sent.slice(before), [400, 200]);
    assert.equal((await ask('Three?')).outcome, 'done');
    assert.deepEqual(requests().sent.slice(before), [400, 200, 200]);
  });

  it('of one input that is too large is told as that, whatever the session', async () => {
    await hasTurns(3);
    const entry = await ask(paragraph.repeat(120));
    assert.equal(entry.error?.code, 'input_too_large');
    assert.deepEqual(requests().sent, []);
  });

  it('keeps a large input that fits once the model’s counting is known', async () => {
    for (const hidden of core.fake.models) if (hidden.id === 'claude-haiku-4-5') hidden.factor = 0.7;
    await hasTurns(40);
    assert.equal((await ask(paragraph.repeat(62))).outcome, 'done');
    assert.deepEqual(requests(), { sent: [200], counted: 1 });
  });
});
