/** Serves MCP requests, of the stateless revision 2026-07-28 and of clients of 2025. Loaded with the first of them. */
import {
  type CreateMcpHandlerOptions,
  createMcpHandler,
  isJSONRPCRequest,
  isLegacyRequest,
  type McpHttpHandler,
  type McpServer,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import type { Log } from '../../core/ports.ts';
import { defaultStreamLimits } from '../eventStream.ts';
import type { McpAccess } from './access.ts';
import { McpSessions } from './sessions.ts';

export interface McpEndpoint {
  /** Answers one request. The body was parsed and bounded by the caller. */
  answer(request: Request, body: unknown, access: McpAccess): Promise<Response>;
  close(): Promise<void>;
}

export interface McpEndpointOptions {
  /** A stream in which nothing comes says so as often, in ms. */
  keepAliveMs?: number;
  /** Names of tools that may take minutes. */
  slowTools?: readonly string[];
}

/**
 * `make` builds the server of one request, or of one session of a client of 2025. A call of a slow tool is answered as a
 * stream from the beginning, which says now and then that it is still there: of a silent connection nobody knows
 * whether anybody is at its end. Other answers have the status of what went wrong, which a stream cannot have.
 */
export function mcpEndpoint(
  make: (access: McpAccess, notify: ServerNotifier) => McpServer,
  log: Log,
  { keepAliveMs = defaultStreamLimits.pingMs, slowTools = [] }: McpEndpointOptions = {},
): McpEndpoint {
  // The handler hands a request through to whoever makes its server.
  const asked = new WeakMap<Request, McpAccess>();
  const handlerOf = (options: CreateMcpHandlerOptions) =>
    createMcpHandler(
      ({ requestInfo }) => {
        const access = requestInfo && asked.get(requestInfo);
        if (!access) throw new TypeError('A request of MCP came without its client.');
        return make(access, handler.notify);
      },
      {
        keepAliveMs,
        onerror: (error) => log.warn(`A request of MCP was refused: ${error.name}.`),
        ...options,
      },
    );
  const handler: McpHttpHandler = handlerOf({});
  // Whoever hears of changes hears of all, whichever of the two makes them.
  const streaming = handlerOf({ responseMode: 'sse', bus: handler.bus });
  const sessions = new McpSessions((access) => make(access, handler.notify), { keepAliveMs });
  return {
    async answer(request, parsedBody, access) {
      const answered = (await isLegacyRequest(request, parsedBody))
        ? await sessions.answer(request, parsedBody, access)
        : undefined;
      if (answered) return answered;
      asked.set(request, access);
      return (isCallOf(slowTools, parsedBody) ? streaming : handler).fetch(request, { parsedBody });
    },
    async close() {
      await Promise.all([handler.close(), streaming.close(), sessions.close()]);
    },
  };
}

const isCallOf = (tools: readonly string[], body: unknown): boolean =>
  isJSONRPCRequest(body) && body.method === 'tools/call' && tools.some((tool) => tool === body.params?.name);
