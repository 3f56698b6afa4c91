/** The body of a program's call with what the user's transforms made of it. */
import assert from 'node:assert/strict';
import { bodyWith, partsOf } from '../../../../src/bridge/wire/transformedBody.ts';

const bodies = {
  chat: '{ "model": "m", "tools": [{"x":1}], "tool_choice": "auto", "messages": [], "parallel_tool_calls": true }',
  messages: '{"tools":[{"x":1}],"messages":[],"tool_choice":{"type":"any"},"model":"m"}',
} as const;

describe('A program’s body after a transform', () => {
  for (const form of ['chat', 'messages'] as const)
    for (const [how, tools] of [
      ['takes the tools out', {}],
      ['leaves none of the tools', { tools: [] }],
    ] as const)
      it(`that ${how} has no field of tools in the form ${form}`, () => {
        const body = Buffer.from(bodies[form]);
        const parts = partsOf(form, body);
        const { tools: _, ...others } = parts;
        const after = JSON.parse(bodyWith(body, parts, { ...others, ...tools }).toString());
        assert.deepEqual(after, { model: 'm', messages: [] });
      });

  it('that changes nothing of an empty list of tools is what it was, byte by byte', () => {
    const body = Buffer.from('{"tools": [], "tool_choice": "none", "messages": []}');
    const parts = partsOf('chat', body);
    assert.equal(bodyWith(body, parts, structuredClone(parts)).toString(), body.toString());
  });
});
