import assert from 'node:assert/strict';
import { chatOptions, isStrict } from '../../../../../src/core/providers/openai/chatOptions.ts';
import type { ClientOptions } from '../../../../../src/protocol/clientOptions.ts';

const closed = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
};
const loose = { type: 'object', properties: { a: { type: 'string' } } };
const able = { tools: true, structuredOutputs: true };
const format = (schema: Record<string, unknown>) => ({ type: 'json_schema', schema });
const held = (strict: boolean, schema: object) => ({
  response_format: { type: 'json_schema', json_schema: { name: 'answer', strict, schema } },
});

const told: [what: string, options: ClientOptions, fields: object][] = [
  ['nothing', {}, {}],
  ['any tool', { tool_choice: { type: 'any' } }, { tool_choice: 'required' }],
  ['no tool', { tool_choice: { type: 'none', disable_parallel_tool_use: true } }, { tool_choice: 'none' }],
  [
    'tools one at a time',
    { tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    { tool_choice: 'auto', parallel_tool_calls: false },
  ],
  [
    'one tool',
    { tool_choice: { type: 'tool', name: 'look' } },
    { tool_choice: { type: 'function', function: { name: 'look' } } },
  ],
  ['stops', { stop_sequences: ['A', 'B'] }, { stop: ['A', 'B'] }],
  ['no stops', { stop_sequences: [] }, {}],
  ['an effort', { output_config: { effort: 'max' } }, { reasoning_effort: 'max' }],
  ['a form that is closed', { output_config: { format: format(closed) } }, held(true, closed)],
  ['a form that is open', { output_config: { format: format(loose) } }, held(false, loose)],
];

const unmet: [
  what: string,
  options: ClientOptions,
  model: typeof able,
  effort: boolean,
  hasTools: boolean,
  names: string[],
][] = [
  ['a choice without tools', { tool_choice: { type: 'auto' } }, able, true, false, ['tool_choice']],
  ['tools', {}, { ...able, tools: false }, true, true, ['tools']],
  ['a choice of a later version', { tool_choice: { type: 'new' } }, able, true, true, ['tool_choice']],
  ['thinking', { thinking: { type: 'disabled' } }, able, true, true, ['thinking']],
  ['a user', { metadata: { user_id: 'u' } }, able, true, true, ['metadata']],
  ['an effort', { output_config: { effort: 'low' } }, able, false, true, ['output_config.effort']],
  ['another effort', { output_config: { effort: 'new' } }, able, true, true, ['output_config.effort']],
  [
    'a form',
    { output_config: { format: format(closed) } },
    { ...able, structuredOutputs: false },
    true,
    true,
    ['output_config.format'],
  ],
  ['what a later version adds', { output_config: { task: 1 } }, able, true, true, ['output_config.task']],
];

describe('What a program asks for beside its words', () => {
  for (const [what, options, fields] of told)
    it(`is told a server in its own words: ${what}`, () => {
      const got = chatOptions(options, able, { effort: true }, true);
      assert.deepEqual([got.fields, got.unmet], [fields, []]);
    });
  for (const [what, options, model, effort, hasTools, names] of unmet)
    it(`is named where a server is not told of it: ${what}`, () =>
      assert.deepEqual(chatOptions(options, model, { effort }, hasTools).unmet, names));

  it('stands in the prompt where the model cannot be held to it', () => {
    const options = { output_config: { format: format(closed) } };
    const got = chatOptions(options, { ...able, structuredOutputs: false }, { effort: true }, false);
    assert.deepEqual(got.schema, closed);
  });

  for (const [what, schema, strict] of [
    ['a text', { type: 'string' }, true],
    ['an open object within', { ...closed, properties: { a: loose } }, false],
    ['a list of open objects', { type: 'array', items: loose }, false],
    ['one of several that is open', { anyOf: [closed, loose] }, false],
    ['an open object that is referred to', { ...closed, $defs: { b: loose } }, false],
    ['closed objects all along', { ...closed, $defs: { b: closed } }, true],
  ] as const)
    it(`is a form that a server may be strict about, or not: ${what}`, () =>
      assert.equal(isStrict(schema), strict));
});
