/** Resources and prompts that the conformance suite reads. */
import {
  acceptedContent,
  inputRequired,
  type McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import { png } from './samples.ts';

export function registerResources(server: McpServer): void {
  const texts = {
    'static-text': 'A text that never changes.',
    'watched-resource': 'A text that is watched.',
  };
  for (const [name, words] of Object.entries(texts))
    server.registerResource(
      name,
      `test://${name}`,
      { description: 'A text', mimeType: 'text/plain' },
      ({ href }) => ({ contents: [{ uri: href, mimeType: 'text/plain', text: words }] }),
    );
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { description: 'A picture', mimeType: 'image/png' },
    ({ href }) => ({ contents: [{ uri: href, mimeType: 'image/png', blob: png }] }),
  );
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'Data of an id', mimeType: 'application/json' },
    ({ href }, { id }) => ({
      contents: [{ uri: href, mimeType: 'application/json', text: JSON.stringify({ id, data: `of ${id}` }) }],
    }),
  );
}

const said = (text: string) => ({ role: 'user', content: { type: 'text', text } }) as const;

export function registerPrompts(server: McpServer): void {
  server.registerPrompt('test_simple_prompt', { description: 'Without values' }, () => ({
    messages: [said('A simple prompt.')],
  }));
  server.registerPrompt(
    'test_prompt_with_arguments',
    { description: 'With values', argsSchema: z.object({ arg1: z.string(), arg2: z.string() }) },
    ({ arg1, arg2 }) => ({ messages: [said(`With arg1='${arg1}' and arg2='${arg2}'`)] }),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'With a resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri: uri }) => ({
      messages: [
        {
          role: 'user',
          content: { type: 'resource', resource: { uri, mimeType: 'text/plain', text: 'Embedded.' } },
        },
        said('Read what is embedded.'),
      ],
    }),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'With a picture' }, () => ({
    messages: [
      { role: 'user', content: { type: 'image', data: png, mimeType: 'image/png' } },
      said('Look at the picture.'),
    ],
  }));
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Needs to know more', argsSchema: z.object({}) },
    (_values, { mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'user_context', z.object({ context: z.string() }));
      if (given) return { messages: [said(`In this context: ${given.context}`)] };
      const user_context = inputRequired.elicit({
        message: 'In which context?',
        requestedSchema: {
          type: 'object',
          properties: { context: { type: 'string' } },
          required: ['context'],
        },
      });
      return inputRequired({ inputRequests: { user_context } });
    },
  );
}
