import assert from 'node:assert/strict';
import { z } from 'zod';
import { chatRequest, messagesRequest } from '../../../../src/protocol/wires/chatRequest.ts';

const hi = { role: 'user', content: 'Hi' };
const asked = { model: 'm', messages: [hi] };
const hiBlock = { role: 'user', content: [{ type: 'text', text: 'Hi' }] };
const translate = (request: object, version = '2023-06-01') =>
  messagesRequest(chatRequest.parse({ ...asked, ...request }), version);
const pdf = 'data:application/pdf;base64,JVBERg==';
const png = 'data:image/png;base64,iVBORw0=';
const call = (args: string) => ({
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look', arguments: args } }],
});
const result = (id: string, content: string) => ({ role: 'tool', tool_call_id: id, content });
const use = (input: object) => ({
  role: 'assistant',
  content: [{ type: 'tool_use', id: 'c1', name: 'look', input }],
});
const lookTool = {
  type: 'function',
  function: { name: 'look', description: 'Looks.', parameters: { type: 'object' } },
};

/** Fields of the body that are looked at, beside those that are always there. */
const fields: [what: string, request: object, body: object][] = [
  ['a ceiling that nobody named', {}, { max_tokens: 16_000, messages: [hiBlock] }],
  ['a ceiling', { max_tokens: 5 }, { max_tokens: 5 }],
  ['the newer ceiling before the older', { max_tokens: 5, max_completion_tokens: 7 }, { max_tokens: 7 }],
  ['a temperature', { temperature: 0.5, top_p: 0.9 }, { temperature: 0.5, top_p: 0.9 }],
  ['a temperature beyond the other’s range', { temperature: 1.7 }, { temperature: 1 }],
  ['one stop', { stop: 'END' }, { stop_sequences: ['END'] }],
  ['several stops', { stop: ['A', 'B'] }, { stop_sequences: ['A', 'B'] }],
  ['a stream', { stream: true }, { stream: true }],
  ['a user', { user: 'u1' }, { metadata: { user_id: 'u1' } }],
  ['an effort', { reasoning_effort: 'high' }, { output_config: { effort: 'high' } }],
  ['the least effort', { reasoning_effort: 'minimal' }, { output_config: { effort: 'low' } }],
  ['no thinking', { reasoning_effort: 'none' }, { thinking: { type: 'disabled' } }],
  [
    'a schema',
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'x', strict: true, schema: { type: 'object' } },
      },
    },
    { output_config: { format: { type: 'json_schema', schema: { type: 'object' } } } },
  ],
  [
    'tools',
    { tools: [lookTool] },
    { tools: [{ name: 'look', description: 'Looks.', input_schema: { type: 'object' } }] },
  ],
  [
    'a tool without parameters',
    { tools: [{ type: 'function', function: { name: 'go' } }] },
    { tools: [{ name: 'go', input_schema: { type: 'object', properties: {} } }] },
  ],
  ['any tool', { tools: [lookTool], tool_choice: 'required' }, { tool_choice: { type: 'any' } }],
  ['no tool', { tools: [lookTool], tool_choice: 'none' }, { tool_choice: { type: 'none' } }],
  [
    'one tool, one at a time',
    {
      tools: [lookTool],
      tool_choice: { type: 'function', function: { name: 'look' } },
      parallel_tool_calls: false,
    },
    { tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true } },
  ],
  [
    'system words wherever they stand',
    {
      messages: [
        { role: 'system', content: 'A' },
        hi,
        { role: 'developer', content: [{ type: 'text', text: 'B' }] },
      ],
    },
    {
      system: [
        { type: 'text', text: 'A' },
        { type: 'text', text: 'B' },
      ],
      messages: [hiBlock],
    },
  ],
  [
    'pictures and files',
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: png, detail: 'high' } },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
            { type: 'file', file: { file_data: pdf, filename: 'a.pdf' } },
          ],
        },
      ],
    },
    {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0=' } },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            {
              type: 'document',
              source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERg==' },
              title: 'a.pdf',
            },
          ],
        },
      ],
    },
  ],
  [
    'calls of tools, their results together, and what comes after',
    {
      messages: [
        hi,
        call('{"a":1}'),
        result('c1', 'one'),
        result('c2', ''),
        { role: 'user', content: 'Go on' },
      ],
    },
    {
      messages: [
        hiBlock,
        use({ a: 1 }),
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: 'one' }] },
            { type: 'tool_result', tool_use_id: 'c2', content: [] },
            { type: 'text', text: 'Go on' },
          ],
        },
      ],
    },
  ],
  ['a call without arguments', { messages: [hi, call('')] }, { messages: [hiBlock, use({})] }],
  [
    'empty words, and a refusal',
    {
      messages: [
        hi,
        { role: 'assistant', content: '' },
        { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
      ],
    },
    { messages: [hiBlock, { role: 'assistant', content: [{ type: 'text', text: 'No.' }] }] },
  ],
];

describe('A chat request as a request for a message', () => {
  for (const [what, request, expected] of fields) {
    it(`has ${what}`, () => {
      const { body, ignored } = translate(request);
      const seen = Object.fromEntries(Object.keys(expected).map((name) => [name, body[name]]));
      assert.deepEqual(seen, expected);
      assert.deepEqual(ignored, []);
    });
  }

  it('has nothing that was not asked for', () => {
    assert.deepEqual(translate({ temperature: null, tools: [], stop: null, tool_choice: null }).body, {
      model: 'm',
      max_tokens: 16_000,
      messages: [hiBlock],
    });
  });

  const ignored: [request: object, version: string, names: string[]][] = [
    [
      { seed: 1, logit_bias: {}, store: false, frequency_penalty: 0 },
      '2023-06-01',
      ['seed', 'logit_bias', 'store', 'frequency_penalty'],
    ],
    [{ temperature: 0.5, top_p: 1 }, '2026-10-21', ['temperature', 'top_p']],
    [{ response_format: { type: 'json_object' } }, '2023-06-01', ['response_format']],
    [
      { tool_choice: 'auto', parallel_tool_calls: true },
      '2023-06-01',
      ['tool_choice', 'parallel_tool_calls'],
    ],
    [{ seed: null, n: 1, response_format: { type: 'text' } }, '2023-06-01', []],
  ];
  for (const [request, version, names] of ignored) {
    it(`names what has no effect of ${JSON.stringify(request)} at ${version}`, () => {
      const { body, ignored: named } = translate(request, version);
      assert.deepEqual(named, names);
      for (const name of names) assert.equal(body[name], undefined);
    });
  }

  const refused: [what: string, request: object, field: string][] = [
    ['no messages', { messages: [] }, 'messages'],
    ['two answers', { n: 2 }, 'n'],
    [
      'sound',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] },
      'messages.0.content',
    ],
    [
      'a picture that is none',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'file:///etc' } }] }] },
      'messages.0.content.0.image_url.url',
    ],
    [
      'a file that is no PDF',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_data: png } }] }] },
      'messages.0.content.0.file.file_data',
    ],
    [
      'arguments that are no object',
      { messages: [hi, call('[1]')] },
      'messages.1.tool_calls.0.function.arguments',
    ],
    [
      'arguments that are no JSON',
      { messages: [hi, call('{')] },
      'messages.1.tool_calls.0.function.arguments',
    ],
    ['a tool of another kind', { tools: [{ type: 'custom', custom: { name: 'x' } }] }, 'tools.0.type'],
  ];
  for (const [what, request, field] of refused) {
    it(`is refused with ${what}, by the field`, () => {
      assert.throws(
        () => translate(request),
        (error: unknown) => {
          assert.ok(error instanceof z.ZodError);
          assert.ok(error.issues[0]?.path.join('.').startsWith(field), error.issues[0]?.path.join('.'));
          return true;
        },
      );
    });
  }
});
