/** What Causeway is to a client of the Model Context Protocol: tools, resources and prompts, within its scopes. */
import { McpServer } from '@modelcontextprotocol/server';
import type { McpAccess } from './access.ts';
import { registerAsk } from './askTool.ts';
import { registerPrompts } from './prompts.ts';
import { registerSearch, registerSessionTools } from './readTools.ts';
import { registerResources } from './resources.ts';

/** One for each request, or for each session of a client of 2025. A client sees the tools its scopes allow, and no others. */
export function mcpServer(access: McpAccess, version: string): McpServer {
  const server = new McpServer(
    { name: 'causeway', title: 'Causeway', version },
    {
      instructions:
        'Causeway keeps the conversations of this workspace. Use recall before asking what was decided earlier, and search_workspace for the files.',
    },
  );
  if (access.may('turns')) {
    registerAsk(server, access);
    if (access.may('grounding')) registerSearch(server, access);
    registerPrompts(server, access);
  }
  if (access.may('sessions:read')) {
    registerSessionTools(server, access);
    registerResources(server, access);
  }
  return server;
}
