import assert from 'node:assert/strict';
import { plainAnswer, textsIn } from '../../../../src/bridge/cache/plainAnswer.ts';

type Wire = 'anthropic' | 'openai';

describe('An answer that may be given again', () => {
  const text = { type: 'text', text: 'All is well.' };
  const message = (more: object) => ({ type: 'message', content: [text], stop_reason: 'end_turn', ...more });
  const completion = (choice: object, said: object = {}) => ({
    choices: [{ finish_reason: 'stop', message: { content: 'All is well.', ...said }, ...choice }],
  });
  const events = (...all: (object | string)[]) =>
    all.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('');
  const delta = (said: string) => ({
    type: 'content_block_delta',
    delta: { type: 'text_delta', text: said },
  });
  const end = (reason: string) => ({ type: 'message_delta', delta: { stop_reason: reason } });
  const begin = (block: object) => ({ type: 'content_block_start', content_block: block });
  const stop = { type: 'message_stop' };
  const chunk = (said: object, reason: string | null = null) => ({
    choices: [{ delta: said, finish_reason: reason }],
  });

  function check(what: string, wire: Wire, body: object | string, may: boolean): void {
    const streams = typeof body === 'string';
    it(`${may ? 'is' : 'is not'} ${what}`, () => {
      const bytes = Buffer.from(streams ? body : JSON.stringify(body));
      assert.equal(plainAnswer(wire, bytes, streams) !== undefined, may);
    });
  }
  check('a message that came to its end', 'anthropic', message({}), true);
  check('one with thinking before it', 'anthropic', message({ content: [{ type: 'thinking' }, text] }), true);
  for (const reason of [
    'max_tokens',
    'refusal',
    'pause_turn',
    'model_context_window_exceeded',
    'tool_use',
    null,
  ])
    check(`one that stopped by ${reason}`, 'anthropic', message({ stop_reason: reason }), false);
  check('one with a call', 'anthropic', message({ content: [text, { type: 'tool_use' }] }), false);
  check('an error', 'anthropic', { type: 'error', error: {} }, false);
  check('a completion that came to its end', 'openai', completion({}), true);
  check('one that was cut', 'openai', completion({ finish_reason: 'length' }), false);
  check('one with a call', 'openai', completion({}, { tool_calls: [{}] }), false);
  check('one that refuses', 'openai', completion({}, { refusal: 'No.' }), false);
  const streamed = events(begin(text), delta('All is '), delta('well.'), end('end_turn'), stop);
  check('a stream with its last event', 'anthropic', streamed, true);
  check('a stream without it', 'anthropic', events(delta('All'), end('end_turn')), false);
  check('a stream without a reason', 'anthropic', events(delta('All'), stop), false);
  check(
    'a stream that was cut at its ceiling',
    'anthropic',
    events(delta('All'), end('max_tokens'), stop),
    false,
  );
  check(
    'a stream with a call',
    'anthropic',
    events(begin({ type: 'tool_use' }), end('end_turn'), stop),
    false,
  );
  check('a stream that broke', 'anthropic', events(delta('All'), { type: 'error', error: {} }), false);
  check('a stream that is no JSON', 'anthropic', events('{', end('end_turn'), stop), false);
  const chat = events(chunk({ content: 'All is ' }), chunk({ content: 'well.' }, 'stop'), '[DONE]');
  check('a stream of chunks to the end', 'openai', chat, true);
  check('one that is not done', 'openai', events(chunk({ content: 'All' }, 'stop')), false);
  check(
    'one with a call of a tool',
    'openai',
    events(chunk({ tool_calls: [{}] }, 'tool_calls'), '[DONE]'),
    false,
  );

  it('is read with its pieces joined, so that nothing hides between two of them', () => {
    for (const [wire, body] of [
      ['anthropic', streamed],
      ['openai', chat],
    ] as const)
      assert.equal(plainAnswer(wire, Buffer.from(body), true), 'All is well.');
  });

  it('has its texts found wherever they stand', () => {
    assert.deepEqual(textsIn({ a: ['b', { c: 'd' }], e: 1, f: null }), ['a', 'b', 'c', 'd', 'e', 'f']);
  });
});
