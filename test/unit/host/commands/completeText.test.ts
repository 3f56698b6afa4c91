import assert from 'node:assert/strict';
import { toErrorInfo, unexpected } from '../../../../src/core/errors.ts';
import { completeText } from '../../../../src/host/commands/completeText.ts';
import { stopReasons } from '../../../../src/protocol/content.ts';
import type { AssistantEntry } from '../../../../src/protocol/entries.ts';

const entry = (ending: Partial<AssistantEntry>): AssistantEntry => ({
  kind: 'assistant',
  id: crypto.randomUUID(),
  seq: 1,
  parentId: null,
  turnId: crypto.randomUUID(),
  at: 0,
  door: 'core',
  provider: 'p',
  model: 'm',
  content: [{ type: 'text', text: 'Words.' }],
  outcome: 'done',
  ...ending,
});

describe('What an answer is made into', () => {
  const whole = ['end_turn', 'stop_sequence'] as const;
  for (const stopReason of whole) {
    it(`is its text when it ended with ${stopReason}`, () =>
      assert.equal(completeText(entry({ stopReason })), 'Words.'));
  }

  for (const stopReason of stopReasons.filter((reason) => !whole.some((one) => one === reason))) {
    const code = stopReason === 'refusal' ? 'answer_declined' : 'answer_cut_off';
    it(`is nothing when it ended with ${stopReason}, and that is said: ${code}`, () =>
      assert.throws(() => completeText(entry({ stopReason })), { code }));
  }

  const nothing: { title: string; ending: Partial<AssistantEntry>; code: string }[] = [
    { title: 'has no words', ending: { content: [{ type: 'text', text: ' \n' }] }, code: 'answer_empty' },
    { title: 'has no text', ending: { content: [] }, code: 'answer_empty' },
    { title: 'was stopped', ending: { outcome: 'stopped' }, code: 'stopped' },
    {
      title: 'failed',
      ending: { outcome: 'failed', error: toErrorInfo(unexpected(undefined)) },
      code: 'unexpected',
    },
  ];
  for (const { title, ending, code } of nothing) {
    it(`is nothing when it ${title}`, () => assert.throws(() => completeText(entry(ending)), { code }));
  }
});
