import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { ResponsesStream, responseOf } from '../../../../src/protocol/wires/responsesAnswer.ts';
import { responsesMessages, responsesRequest } from '../../../../src/protocol/wires/responsesRequest.ts';
import {
  conversationIdOf,
  namedState,
  newResponseId,
  responseIdOf,
} from '../../../../src/protocol/wires/responsesState.ts';
import { AnswerEvents } from '../../../../src/protocol/wires/sessionAnswer.ts';

const asked = { model: 'm', input: 'Hi' };
const parsed = (more: object) => responsesRequest.parse({ ...asked, ...more });
const translate = (more: object, version = '2023-06-01') => responsesMessages(parsed(more), version);
const hi = { role: 'user', content: [{ type: 'text', text: 'Hi' }] };
const look = { type: 'function', name: 'look', description: 'Looks.', parameters: { type: 'object' } };
const png = 'data:image/png;base64,iVBORw0=';
const pdf = 'data:application/pdf;base64,JVBERg==';

const fields: [what: string, request: object, body: object][] = [
  ['words alone', {}, { max_tokens: 16_000, messages: [hi] }],
  ['instructions', { instructions: 'Be brief.' }, { system: [{ type: 'text', text: 'Be brief.' }] }],
  ['a ceiling', { max_output_tokens: 5 }, { max_tokens: 5 }],
  ['a stream', { stream: true }, { stream: true }],
  ['a temperature beyond the other’s range', { temperature: 1.7 }, { temperature: 1 }],
  ['a user', { user: 'u1' }, { metadata: { user_id: 'u1' } }],
  ['the newer name of a user', { user: 'u1', safety_identifier: 'u2' }, { metadata: { user_id: 'u2' } }],
  ['an effort', { reasoning: { effort: 'minimal' } }, { output_config: { effort: 'low' } }],
  ['no thinking', { reasoning: { effort: 'none' } }, { thinking: { type: 'disabled' } }],
  [
    'a schema',
    { text: { format: { type: 'json_schema', name: 'x', schema: { type: 'object' } } } },
    { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
  ],
  [
    'tools',
    { tools: [look], tool_choice: { type: 'function', name: 'look' }, parallel_tool_calls: false },
    {
      tools: [{ name: 'look', description: 'Looks.', input_schema: { type: 'object' } }],
      tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true },
    },
  ],
  [
    'items of each kind',
    {
      input: [
        { role: 'developer', content: 'Be kind.' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'See' },
            { type: 'input_image', image_url: png, detail: 'auto' },
            { type: 'input_file', file_data: pdf, filename: 'a.pdf' },
          ],
        },
        { type: 'reasoning', id: 'rs_1', summary: [] },
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.' }] },
        { type: 'function_call', call_id: 'c1', name: 'look', arguments: '{"a":1}' },
        { type: 'function_call', call_id: 'c2', name: 'look', arguments: '' },
        { type: 'function_call_output', call_id: 'c1', output: 'One' },
        { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_image', image_url: png }] },
        { role: 'user', content: 'So?' },
      ],
    },
    {
      system: [{ type: 'text', text: 'Be kind.' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0=' } },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERg==' },
              title: 'a.pdf',
            },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'I look.' },
            { type: 'tool_use', id: 'c1', name: 'look', input: { a: 1 } },
            { type: 'tool_use', id: 'c2', name: 'look', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: 'One' }] },
            {
              type: 'tool_result',
              tool_use_id: 'c2',
              content: [
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0=' } },
              ],
            },
            { type: 'text', text: 'So?' },
          ],
        },
      ],
    },
  ],
];

const ignored: [what: string, request: object, names: string[]][] = [
  ['sampling at the version without it', { temperature: 0.1, top_p: 0.2 }, ['temperature', 'top_p']],
  [
    'a choice without tools',
    { tool_choice: 'auto', parallel_tool_calls: true },
    ['tool_choice', 'parallel_tool_calls'],
  ],
  ['a summary', { reasoning: { effort: 'low', summary: 'auto' } }, ['reasoning.summary']],
  ['an object without a schema', { text: { format: { type: 'json_object' } } }, ['text.format']],
  [
    'what is added',
    { include: ['x'], service_tier: 'auto', top_logprobs: 2 },
    ['include', 'service_tier', 'top_logprobs'],
  ],
  ['nothing that is what there is', { include: [], truncation: 'disabled', store: false, metadata: {} }, []],
];

describe('A request of Responses as a request for a message', () => {
  for (const [what, request, body] of fields)
    it(`has ${what}`, () => {
      const got = translate(request).body;
      const looked = Object.fromEntries(Object.keys(body).map((name) => [name, got[name]]));
      assert.deepEqual(looked, body);
    });
  for (const [what, request, names] of ignored)
    it(`names what has no effect: ${what}`, () =>
      assert.deepEqual(translate(request, '2026-10-21').ignored.sort(), [...names].sort()));
  it('refuses a picture of the assistant’s by its field', () =>
    assert.throws(
      () => translate({ input: [{ role: 'assistant', content: [{ type: 'input_image', image_url: png }] }] }),
      (error: unknown) =>
        error instanceof z.ZodError && error.issues[0]?.path.join('.') === 'input.0.content.0',
    ));
});

describe('What a request of Responses names of a session', () => {
  const of = { sessionId: crypto.randomUUID(), turnId: crypto.randomUUID() };
  it('is the session and the turn of the response before', () =>
    assert.deepEqual(namedState(parsed({ previous_response_id: responseIdOf(of) }), undefined), {
      sessionId: of.sessionId,
      afterTurnId: of.turnId,
    }));
  it('is the session of a conversation', () =>
    assert.deepEqual(namedState(parsed({ conversation: { id: conversationIdOf(of.sessionId) } }), 'auto'), {
      sessionId: of.sessionId,
    }));
  it('is nothing of a response that no session has', () =>
    assert.throws(() => namedState(parsed({ previous_response_id: newResponseId() }), undefined)));
});

describe('An answer as a response', () => {
  const part = fc.oneof(
    fc.record({ type: fc.constant('text' as const), text: fc.string({ minLength: 1, unit: 'grapheme' }) }),
    fc.record({
      type: fc.constant('tool_use' as const),
      id: fc.string({ minLength: 1 }),
      name: fc.string({ minLength: 1 }),
      input: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    }),
    fc.record({ type: fc.constant('thinking' as const), text: fc.string({ minLength: 1 }) }),
  );
  const usage = { inputTokens: 10, outputTokens: 5, cacheCreationTokens: 20, cacheReadTokens: 30 };
  const frame = { id: 'resp_1', created: 7, request: parsed({ instructions: 'Be brief.' }) };

  it('says in its stream what it says whole, each item from its beginning to its end', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const events = new AnswerEvents({ id: 'msg_1', model: 'm2' });
        const wire = parts.flatMap((one, block) => events.read({ ...one, block }));
        wire.push(...events.last('end_turn', usage));
        const stream = new ResponsesStream(frame);
        const told = wire.flatMap((event) =>
          event.type === 'message_stop' ? stream.last() : stream.read(event),
        );
        const content = parts.map((one) =>
          one.type === 'thinking' ? { type: 'thinking', thinking: one.text } : one,
        );
        const message = {
          id: 'msg_1',
          model: 'm2',
          content,
          stop_reason: 'end_turn',
          usage: {
            input_tokens: 10,
            output_tokens: 5,
            cache_creation_input_tokens: 20,
            cache_read_input_tokens: 30,
          },
        };
        const last = told.at(-1);
        assert.equal(last?.type, 'response.completed');
        const whole = responseOf(JSON.parse(JSON.stringify(message)), frame);
        assert.deepEqual(plain(last.response), plain(whole));
        const begun = told.filter(({ type }) => type === 'response.output_item.added').length;
        const ended = told.filter(({ type }) => type === 'response.output_item.done').length;
        const output = z.object({ output: z.array(z.unknown()) }).parse(whole).output.length;
        assert.deepEqual([begun, ended], [output, output]);
      }),
      { numRuns: 200 },
    );
  });
});

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
