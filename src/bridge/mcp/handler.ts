/** Serves MCP requests, of the stateless revision 2026-07-28 and of clients of 2025. Loaded with the first of them. */
import {
  createMcpHandler,
  isLegacyRequest,
  type McpHttpHandler,
  type McpServer,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import type { Log } from '../../core/ports.ts';
import type { McpAccess } from './access.ts';
import { McpSessions } from './sessions.ts';

export interface McpEndpoint {
  /** Answers one request. The body was parsed and bounded by the caller. */
  answer(request: Request, body: unknown, access: McpAccess): Promise<Response>;
  close(): Promise<void>;
}

/** `make` builds the server of one request, or of one session of a client of 2025. */
export function mcpEndpoint(
  make: (access: McpAccess, notify: ServerNotifier) => McpServer,
  log: Log,
): McpEndpoint {
  // The handler hands a request through to whoever makes its server.
  const asked = new WeakMap<Request, McpAccess>();
  const handler: McpHttpHandler = createMcpHandler(
    ({ requestInfo }) => {
      const access = requestInfo && asked.get(requestInfo);
      if (!access) throw new TypeError('A request of MCP came without its client.');
      return make(access, handler.notify);
    },
    { onerror: (error) => log.warn(`A request of MCP was refused: ${error.name}.`) },
  );
  const sessions = new McpSessions((access) => make(access, handler.notify));
  return {
    async answer(request, parsedBody, access) {
      const answered = (await isLegacyRequest(request, parsedBody))
        ? await sessions.answer(request, parsedBody, access)
        : undefined;
      if (answered) return answered;
      asked.set(request, access);
      return handler.fetch(request, { parsedBody });
    },
    async close() {
      await Promise.all([handler.close(), sessions.close()]);
    },
  };
}
