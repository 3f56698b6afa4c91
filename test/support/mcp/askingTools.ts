/** Tools that ask the client of a session in their turn, as servers of 2025 do. */
import type { ElicitRequestFormParams, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { text } from './contentTools.ts';

type Form = ElicitRequestFormParams['requestedSchema'];

const one = ['option1', 'option2', 'option3'];
const titled = ['First', 'Second', 'Third'].map((title, index) => ({ const: `value${index + 1}`, title }));
const enums: Form = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: one },
    titledSingle: { type: 'string', oneOf: titled },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
    untitledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { type: 'string', enum: one } },
    titledMulti: { type: 'array', minItems: 1, maxItems: 3, items: { anyOf: titled } },
  },
};
const defaults: Form = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
};
const answer: Form = { type: 'object', properties: { response: { type: 'string' } }, required: ['response'] };

export function registerAskingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { description: 'Asks the client’s model', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const { content } = await mcpReq.send({
        method: 'sampling/createMessage',
        params: { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 },
      });
      return text(`The model said: ${JSON.stringify(content)}`);
    },
  );
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the user', inputSchema: z.object({ message: z.string() }) },
    ({ message }, { mcpReq }) =>
      mcpReq
        .send({ method: 'elicitation/create', params: { message, requestedSchema: answer } })
        .then((said) => text(JSON.stringify(said))),
  );
  const forms = { test_elicitation_sep1034_defaults: defaults, test_elicitation_sep1330_enums: enums };
  for (const [name, requestedSchema] of Object.entries(forms))
    server.registerTool(
      name,
      { description: 'Asks the user with a form', inputSchema: z.object({}) },
      async (_values, { mcpReq }) => {
        const said = await mcpReq.send({
          method: 'elicitation/create',
          params: { message: 'Please fill in', requestedSchema },
        });
        return text(`Elicitation completed: ${JSON.stringify(said)}`);
      },
    );
}
