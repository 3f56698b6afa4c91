/** The prompts that are files, as prompts of MCP, whose arguments are always texts. */
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { PromptSummary } from '../../protocol/prompts.ts';
import type { McpAccess } from './access.ts';

const described = z.object({ description: z.string().optional(), default: z.unknown().optional() }).loose();
const input = z.object({
  properties: z.record(z.string(), described).default({}),
  required: z.array(z.string()).default([]),
});

export async function registerPrompts(server: McpServer, { assistant }: McpAccess): Promise<void> {
  const known = new Set<string>();
  for (const prompt of await assistant.prompts.summaries()) {
    // Of each name the one that is meant without a version; the list has the newest first.
    if (prompt.status === 'draft' || known.has(prompt.name)) continue;
    known.add(prompt.name);
    server.registerPrompt(
      prompt.name,
      { description: prompt.description, argsSchema: argumentsOf(prompt) },
      async (values) => {
        const { turn } = await assistant.prompts.askTexts(prompt.name, values);
        return { messages: [{ role: 'user', content: { type: 'text', text: turn.text } }] };
      },
    );
  }
}

function argumentsOf(prompt: PromptSummary) {
  const { properties, required } = input.parse(prompt.input);
  return z.object(
    Object.fromEntries(
      Object.entries(properties).map(([name, { description }]) => {
        const text = description === undefined ? z.string() : z.string().describe(description);
        return [name, required.includes(name) ? text : text.optional()];
      }),
    ),
  );
}
