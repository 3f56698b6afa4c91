/** `/mcp`: Streamable HTTP. Every check of the bridge stands before it, as before any other route. */
import type { Assistant } from '../../core/assistant.ts';
import { badRequest } from '../../core/errors.ts';
import type { Limiter } from '../../core/limits/limiter.ts';
import type { Log } from '../../core/ports.ts';
import type { BodyReader } from '../body.ts';
import type { Route, RouteCall } from '../exchange.ts';
import { type BridgeResponse, safeHeaders } from '../http.ts';
import { accessOf } from '../mcp/access.ts';
import { Cancellations } from '../mcp/cancellations.ts';
import type { McpEndpoint } from '../mcp/handler.ts';
import { boundedJson } from '../parse.ts';

interface McpRouteDeps {
  assistant: Assistant;
  bodies: BodyReader;
  limiter?: Limiter;
  /** Called with the first request. */
  load(): Promise<McpEndpoint>;
}

export interface McpRoutes {
  routes: Route[];
  dispose(): void;
}

/** What is served at `/mcp`: the workspace. `version` is of Causeway, as clients are told; `pingMs` as in `StreamLimits`. */
export async function workspaceEndpoint(
  log: Log,
  { version, pingMs }: { version: string; pingMs: number },
): Promise<McpEndpoint> {
  const [{ mcpEndpoint }, { mcpServer, slowTools }] = await Promise.all([
    import('../mcp/handler.ts'),
    import('../mcp/server.ts'),
  ]);
  return mcpEndpoint((access) => mcpServer(access, { version, log }), log, {
    keepAliveMs: pingMs,
    slowTools,
  });
}

export function mcpRoutes({ assistant, bodies, limiter, load }: McpRouteDeps): McpRoutes {
  let endpoint: Promise<McpEndpoint> | undefined;
  const cancellations = new Cancellations();
  const answer = async (call: RouteCall): Promise<BridgeResponse> => {
    const { request } = call;
    const isPost = request.method === 'POST';
    const body = isPost ? boundedJson(await bodies.text(request)) : undefined;
    // The revisions that are served have none; a batch would count as one request, and be cancelled by nobody.
    if (Array.isArray(body)) throw badRequest('Batches of messages are not taken; send one at a time.');
    endpoint ??= load();
    const { answer: answered } = await endpoint;
    const asked = new Request(`http://127.0.0.1:${request.port}/mcp`, {
      method: request.method,
      headers: headersOf(request.headers),
      signal: call.signal,
      ...(isPost ? { body: JSON.stringify(body) } : {}),
    });
    cancellations.take(call.principal, body);
    const running = cancellations.begin(call.principal, body);
    const signal = running ? AbortSignal.any([call.signal, running.signal]) : call.signal;
    const over = () => running?.end();
    call.signal.addEventListener('abort', over, { once: true });
    try {
      const access = accessOf(assistant, { principal: call.principal, signal }, limiter);
      return toBridge(await answered(asked, body, access), call.signal, over);
    } catch (error) {
      over();
      throw error;
    }
  };
  const scope = ['turns', 'sessions:read'] as const;
  return {
    routes: [
      { method: 'POST', pattern: '/mcp', scope, answer },
      { method: 'GET', pattern: '/mcp', scope, answer },
      { method: 'DELETE', pattern: '/mcp', scope, answer },
    ],
    dispose() {
      void endpoint?.then((one) => one.close());
    },
  };
}

/** Those that say something of MCP; a token is nobody's business any more. */
function headersOf(headers: ReadonlyMap<string, string>): Headers {
  const passed = new Headers();
  for (const [name, value] of headers) {
    if (name === 'accept' || name === 'content-type' || name === 'last-event-id' || name.startsWith('mcp-'))
      passed.set(name, value);
  }
  return passed;
}

/** `over` is called when all of the answer is on its way, or nobody takes it. */
function toBridge(response: Response, cut: AbortSignal, over: () => void): BridgeResponse {
  const headers: Record<string, string> = { ...safeHeaders };
  for (const [name, value] of response.headers) if (name !== 'content-length') headers[name] = value;
  return { status: response.status, headers, body: untilOver(response.body, over), cut };
}

async function* untilOver(body: Response['body'], over: () => void): AsyncGenerator<Uint8Array> {
  try {
    if (body) yield* body;
  } finally {
    over();
  }
}
