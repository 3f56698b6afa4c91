/** An answer of a session that is held until modules have seen the whole of it. */
import assert from 'node:assert/strict';
import { transformFailed } from '../../../../src/core/errors.ts';
import type { ProviderEvent } from '../../../../src/core/providers/provider.ts';
import { heldAnswer } from '../../../../src/core/transforms/heldAnswer.ts';
import type { ActiveTransforms, AnswerPart } from '../../../../src/core/transforms/transforms.ts';

const usage = { inputTokens: 1, outputTokens: 1, cacheCreationTokens: 0, cacheReadTokens: 0 };
const about = { form: 'messages', from: 'session', provider: 'anthropic', model: 'claude' } as const;
const stop: ProviderEvent = { type: 'stop', stopReason: 'end_turn', usage };
const failed: ProviderEvent = {
  type: 'error',
  error: { code: 'stream_truncated', message: 'Broke off.', action: 'retry' },
};
const text = (block: number, said: string): ProviderEvent => ({ type: 'text', block, text: said });
const thinking = (block: number): ProviderEvent => ({ type: 'thinking', block, text: 'Hm' });
const call = (block: number, input: Record<string, unknown>): ProviderEvent => ({
  type: 'tool_use',
  block,
  id: `t${block}`,
  name: 'look',
  input,
});

const loud = (part: AnswerPart): AnswerPart =>
  part.type === 'text' ? { ...part, text: part.text.toUpperCase() } : { ...part, input: { loud: true } };

async function held(
  events: ProviderEvent[],
  answer: ActiveTransforms['answer'] = async (parts) => parts.map(loud),
  signal?: AbortSignal,
): Promise<ProviderEvent[]> {
  const source = async function* () {
    yield* events;
  };
  const active: ActiveTransforms = {
    mark: 'm',
    seesAnswers: true,
    answer,
    request: async (value) => ({ value, files: [] }),
  };
  const told: ProviderEvent[] = [];
  for await (const event of heldAnswer(source(), active, about, signal)) told.push(event);
  return told;
}

describe('An answer that is held for transforms', () => {
  const cases: { title: string; events: ProviderEvent[]; told: ProviderEvent[] }[] = [
    {
      title: 'has each text as one piece, in its place between thinking and calls',
      events: [thinking(0), text(1, 'a '), text(1, 'b'), thinking(2), text(3, 'c'), call(4, { q: 1 }), stop],
      told: [thinking(0), text(1, 'A B'), thinking(2), text(3, 'C'), call(4, { loud: true }), stop],
    },
    { title: 'without words passes as it is', events: [thinking(0), stop], told: [thinking(0), stop] },
    {
      title: 'that fails has what had come, and its own error',
      events: [text(0, 'a'), failed],
      told: [text(0, 'A'), failed],
    },
    {
      title: 'that is stopped shows nothing that was not seen whole',
      events: [text(0, 'a'), { type: 'aborted' }],
      told: [{ type: 'aborted' }],
    },
  ];
  for (const { title, events, told } of cases)
    it(title, async () => assert.deepEqual(await held(events), told));

  it('comes in pieces that every door takes', async () => {
    const told = await held([text(0, 'x'.repeat(100_000)), stop]);
    assert.deepEqual(
      told.map((event) => (event.type === 'text' ? event.text.length : event.type)),
      [65_536, 34_464, 'stop'],
    );
  });

  const fails = async () => {
    throw transformFailed('a.mjs', 'answer', 'threw an error');
  };
  it('ends with the error of the module, and shows nothing', async () => {
    const told = await held([text(0, 'a'), stop], fails);
    assert.deepEqual(
      told.map((event) => (event.type === 'error' ? event.error.code : event.type)),
      ['transform_failed'],
    );
  });

  it('that is stopped while a module sees it ends as stopped, and shows nothing', async () => {
    const stopping = new AbortController();
    const hangs: ActiveTransforms['answer'] = (_parts, _about, signal) => {
      stopping.abort(new Error('Stopped.'));
      return Promise.reject(signal?.reason);
    };
    assert.deepEqual(await held([text(0, 'a'), stop], hangs, stopping.signal), [{ type: 'aborted' }]);
  });

  it('keeps the provider’s own error where both fail', async () => {
    assert.deepEqual(await held([text(0, 'a'), failed], fails), [failed]);
  });
});
