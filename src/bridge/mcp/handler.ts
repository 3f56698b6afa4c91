/** Serves MCP requests, of the stateless revision 2026-07-28 and of clients of 2025. Loaded with the first of them. */
import { createMcpHandler, type McpHttpHandler, type McpServer } from '@modelcontextprotocol/server';
import type { Log } from '../../core/ports.ts';
import type { McpAccess } from './access.ts';

export interface McpEndpoint {
  /** Answers one request. The body was parsed and bounded by the caller. */
  answer(request: Request, body: unknown, access: McpAccess): Promise<Response>;
  close(): Promise<void>;
}

/** `make` builds the server of one request. */
export function mcpEndpoint(make: (access: McpAccess) => Promise<McpServer>, log: Log): McpEndpoint {
  // The handler hands a request through to whoever makes its server.
  const asked = new WeakMap<Request, McpAccess>();
  const handler: McpHttpHandler = createMcpHandler(
    ({ requestInfo }) => {
      const access = requestInfo && asked.get(requestInfo);
      if (!access) throw new TypeError('A request of MCP came without its client.');
      return make(access);
    },
    { onerror: (error) => log.warn(`A request of MCP was refused: ${error.name}.`) },
  );
  return {
    answer(request, parsedBody, access) {
      asked.set(request, access);
      return handler.fetch(request, { parsedBody });
    },
    close: () => handler.close(),
  };
}
