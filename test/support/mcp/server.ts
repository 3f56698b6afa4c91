/** A server of MCP with all that the conformance suite asks for, behind the bridge's own checks, routes and handler. */
import { McpServer, type ServerNotifier } from '@modelcontextprotocol/server';
import type { BridgeApp } from '../../../src/bridge/app.ts';
import { BodyReader, defaultBodyLimits } from '../../../src/bridge/body.ts';
import { compose, type Middleware } from '../../../src/bridge/exchange.ts';
import { mcpEndpoint } from '../../../src/bridge/mcp/handler.ts';
import { checkBodyKind } from '../../../src/bridge/middleware/bodyKind.ts';
import { shapeErrors } from '../../../src/bridge/middleware/errorShape.ts';
import { checkHost } from '../../../src/bridge/middleware/host.ts';
import { checkOrigin } from '../../../src/bridge/middleware/origin.ts';
import { checkPath } from '../../../src/bridge/middleware/path.ts';
import { defaultServerLimits, listenLoopback } from '../../../src/bridge/nodeServer.ts';
import { Call, Received } from '../../../src/bridge/received.ts';
import { RevocationWatch } from '../../../src/bridge/revocation.ts';
import { mcpRoutes } from '../../../src/bridge/routes/mcp.ts';
import { findRoute } from '../../../src/bridge/routing.ts';
import type { Assistant } from '../../../src/core/assistant.ts';
import { noRoute, tokenMissing } from '../../../src/core/errors.ts';
import type { Log } from '../../../src/core/ports.ts';
import type { ClientRegister } from '../../../src/core/register.ts';
import { registerAskingTools } from './askingTools.ts';
import { registerContentTools } from './contentTools.ts';
import { registerInputTools, states } from './inputTools.ts';
import { registerPrompts, registerResources } from './readables.ts';

function serverOf(notify: ServerNotifier): McpServer {
  const server = new McpServer(
    { name: 'fixture', version: '1.0.0' },
    {
      capabilities: {
        tools: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
      },
      requestState: { verify: states.verify },
    },
  );
  registerContentTools(server, notify);
  registerAskingTools(server);
  registerInputTools(server);
  registerResources(server);
  registerPrompts(server);
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
  server.server.setRequestHandler('completion/complete', () => ({ completion: { values: [], total: 0 } }));
  return server;
}

/** The suite sends no token, so whoever passes the other checks is the user. */
const everyoneIsTheUser: Middleware = (exchange, next) => {
  exchange.principal = { kind: 'owner', door: 'cli' };
  return next();
};

export async function startMcpFixture(
  assistant: Assistant,
  clients: ClientRegister,
  log: Log,
): Promise<{ url: string; close(): Promise<void> }> {
  const revocation = new RevocationWatch(clients, log, Date.now);
  const mcp = mcpRoutes({
    assistant,
    bodies: new BodyReader(defaultBodyLimits),
    load: async () => mcpEndpoint((_access, notify) => serverOf(notify), log),
  });
  const origins = new Set<string>();
  const chain = compose(
    [
      shapeErrors(log),
      checkHost(),
      checkOrigin(origins),
      everyoneIsTheUser,
      checkPath,
      findRoute(mcp.routes),
      checkBodyKind(defaultBodyLimits.maxBytes),
    ],
    (exchange) => {
      if (!exchange.route) throw noRoute(exchange.path);
      if (!exchange.principal) throw tokenMissing();
      return exchange.route.answer(new Call(exchange, exchange.principal, revocation));
    },
  );
  const app: BridgeApp = {
    answer: (request) => chain(new Received(request)),
    onDidAsk: () => ({ dispose: () => undefined }),
    dispose() {
      mcp.dispose();
      revocation.dispose();
    },
  };
  const server = await listenLoopback(0, app, defaultServerLimits, log);
  // The suite calls as a page of the server itself too, which the bridge lets in where the user names it.
  origins.add(`http://127.0.0.1:${server.port}`);
  return {
    url: `http://127.0.0.1:${server.port}/mcp`,
    async close() {
      app.dispose();
      await server.close();
    },
  };
}
