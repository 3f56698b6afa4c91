/** The prompts that are files, as prompts of MCP, whose arguments are always texts. Read anew for each request. */
import type { McpServer, Prompt } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { PromptSummary } from '../../protocol/prompts.ts';
import type { McpAccess } from './access.ts';

const described = z.object({ description: z.string().optional(), default: z.unknown().optional() }).loose();
const input = z.object({
  properties: z.record(z.string(), described).default({}),
  required: z.array(z.string()).default([]),
});

export function registerPrompts({ server }: McpServer, { assistant }: McpAccess): void {
  server.registerCapabilities({ prompts: {} });
  server.setRequestHandler('prompts/list', async () => {
    const prompts = new Map<string, Prompt>();
    for (const prompt of await assistant.prompts.summaries()) {
      // Of each name the one that is meant without a version; the list has the newest first.
      if (prompt.status !== 'draft' && !prompts.has(prompt.name)) prompts.set(prompt.name, promptOf(prompt));
    }
    return { prompts: [...prompts.values()] };
  });
  server.setRequestHandler('prompts/get', async ({ params }) => {
    const { turn } = await assistant.prompts.askTexts(params.name, params.arguments ?? {});
    return { messages: [{ role: 'user', content: { type: 'text', text: turn.text } }] };
  });
}

function promptOf({ name, description, input: schema }: PromptSummary): Prompt {
  const { properties, required } = input.parse(schema);
  return {
    name,
    description,
    arguments: Object.entries(properties).map(([argument, { description: words }]) => ({
      name: argument,
      required: required.includes(argument),
      ...(words === undefined ? {} : { description: words }),
    })),
  };
}
