import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { ChatStream, completionOf } from '../../../../src/protocol/wires/chatAnswer.ts';

const usage = {
  input_tokens: 10,
  cache_creation_input_tokens: 20,
  cache_read_input_tokens: 30,
  output_tokens: 5,
  output_tokens_details: { thinking_tokens: 2 },
};
const answer = (more: object) => ({
  id: 'msg_1',
  model: 'm',
  content: [],
  stop_reason: 'end_turn',
  usage,
  ...more,
});

type Completion = {
  choices: [{ message: { content: unknown; tool_calls?: unknown }; finish_reason: unknown }];
};
const choiceOf = (more: object) => (completionOf(answer(more), 7).completion as Completion).choices[0];

describe('An answer as a chat completion', () => {
  for (const [stop, finish] of [
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'content_filter'],
    [null, 'stop'],
    ['something new', 'stop'],
  ]) {
    it(`that ends by ${stop} ends by ${finish}`, () =>
      assert.equal(choiceOf({ stop_reason: stop }).finish_reason, finish));
  }

  it('has the text and the calls, and nothing of what the wire cannot hold', () => {
    const { message } = choiceOf({
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 's' },
        { type: 'text', text: 'One ', citations: null },
        { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
        { type: 'text', text: 'two.' },
        { type: 'tool_use', id: 't1', name: 'look', input: { a: 1 } },
      ],
    });
    assert.equal(message.content, 'One two.');
    assert.deepEqual(message.tool_calls, [
      { id: 't1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } },
    ]);
    assert.equal(choiceOf({}).message.content, null);
  });

  it('counts what was cached as part of the prompt', () => {
    const { completion } = completionOf(answer({}), 7);
    assert.deepEqual((completion as { usage: unknown }).usage, {
      prompt_tokens: 60,
      completion_tokens: 5,
      total_tokens: 65,
      prompt_tokens_details: { cached_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 2 },
    });
  });

  it('is refused for what is no answer', () => {
    for (const value of [undefined, null, {}, { id: 'x' }, [], 'text'])
      assert.throws(() => completionOf(value, 7), z.ZodError);
  });
});

describe('A stream as chunks of a chat completion', () => {
  it('says the same as the whole answer, however its texts and arguments are cut', () => {
    const block = fc.oneof(
      fc.record({
        type: fc.constant('text' as const),
        pieces: fc.array(fc.string({ minLength: 1 }), { minLength: 1 }),
      }),
      fc.record({
        type: fc.constant('tool_use' as const),
        input: fc.dictionary(fc.string(), fc.string()),
        size: fc.integer({ min: 1, max: 9 }),
      }),
      fc.record({ type: fc.constant('thinking' as const) }),
    );
    fc.assert(
      fc.property(fc.array(block), (blocks) => {
        const stream = new ChatStream(7, true);
        const chunks = stream.read({ type: 'message_start', message: { id: 'msg_1', model: 'm', usage } });
        const content = blocks.map((one, index) => {
          const start = (begun: object) =>
            chunks.push(...stream.read({ type: 'content_block_start', index, content_block: begun }));
          const delta = (more: object) =>
            chunks.push(...stream.read({ type: 'content_block_delta', index, delta: more }));
          const stop = () => chunks.push(...stream.read({ type: 'content_block_stop', index }));
          if (one.type === 'text') {
            start({ type: 'text', text: '' });
            for (const text of one.pieces) delta({ type: 'text_delta', text });
            stop();
            return { type: 'text', text: one.pieces.join('') };
          }
          if (one.type === 'thinking') {
            start({ type: 'thinking', thinking: '', signature: '' });
            delta({ type: 'thinking_delta', thinking: 'Hm.' });
            delta({ type: 'signature_delta', signature: 's' });
            stop();
            return { type: 'thinking', thinking: 'Hm.', signature: 's' };
          }
          const call = { type: 'tool_use', id: `t${index}`, name: 'look' };
          start({ ...call, input: {} });
          const json = Object.keys(one.input).length === 0 ? '' : JSON.stringify(one.input);
          for (let at = 0; at < json.length; at += one.size)
            delta({ type: 'input_json_delta', partial_json: json.slice(at, at + one.size) });
          stop();
          return { ...call, input: one.input };
        });
        chunks.push(
          ...stream.read({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage }),
          ...stream.last(),
        );
        const { completion } = completionOf(answer({ content }), 7);
        assert.deepEqual(joined(chunks), joined([whole(completion)]));
      }),
    );
  });
});

interface Joined {
  text: string;
  calls: { id?: string; name?: string; arguments: string }[];
  finish: unknown;
  usage: unknown;
}
interface Call {
  index?: number;
  id?: string;
  function: { name?: string; arguments: string };
}
interface Chunk {
  choices: { delta: { content?: string | null; tool_calls?: Call[] }; finish_reason: unknown }[];
  usage: unknown;
}

/** A whole completion as the one chunk it would be. */
const whole = (completion: object): object => {
  const { choices, usage: used } = completion as {
    choices: { message: object; finish_reason: unknown }[];
    usage: unknown;
  };
  return { choices: choices.map(({ message, ...rest }) => ({ ...rest, delta: message })), usage: used };
};

/** What a client makes of chunks. */
function joined(chunks: readonly object[]): Joined {
  const all: Joined = { text: '', calls: [], finish: undefined, usage: undefined };
  for (const { choices, usage: used } of chunks as Chunk[]) {
    if (used) all.usage = used;
    for (const { delta, finish_reason } of choices) {
      all.text += delta.content ?? '';
      if (finish_reason) all.finish = finish_reason;
      for (const [at, { index = at, id, function: made }] of (delta.tool_calls ?? []).entries()) {
        const call = all.calls[index] ?? { arguments: '' };
        all.calls[index] = call;
        if (id !== undefined) call.id = id;
        if (made.name !== undefined) call.name = made.name;
        call.arguments += made.arguments;
      }
    }
  }
  return all;
}
