/** The bridge without its sockets: from a request to a response. */
import { Emitter, type Event } from '../base/emitter.ts';
import type { Assistant } from '../core/assistant.ts';
import { noRoute, tokenMissing } from '../core/errors.ts';
import type { Limiter } from '../core/limits/limiter.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { Asking, AskingRegister, ClientRegister, KeyedTurns } from '../core/register.ts';
import type { CallSource, ModelRelay } from '../core/relay.ts';
import { type BodyLimits, BodyReader, defaultBodyLimits } from './body.ts';
import { defaultStreamLimits, type StreamLimits } from './eventStream.ts';
import { compose, type Exchange } from './exchange.ts';
import type { BridgeRequest, BridgeResponse } from './http.ts';
import { KeyedRequests } from './keyed/keyedRequests.ts';
import { KnownClients } from './knownClients.ts';
import { CallMetrics } from './metrics/callMetrics.ts';
import { answerAsking } from './middleware/asking.ts';
import { authenticate } from './middleware/authentication.ts';
import { checkBodyKind } from './middleware/bodyKind.ts';
import { shapeErrors } from './middleware/errorShape.ts';
import { checkHost } from './middleware/host.ts';
import { limitRequests, tellLimits } from './middleware/limits.ts';
import { checkOrigin } from './middleware/origin.ts';
import { checkPath } from './middleware/path.ts';
import { logRequests } from './middleware/requestLog.ts';
import { lostRight, requireScope } from './middleware/scope.ts';
import { refuseUpgrade } from './middleware/upgrade.ts';
import { type OtherWindows, type OwnWorkspace, routeByWorkspace } from './middleware/workspace.ts';
import { Call, Received } from './received.ts';
import { RevocationWatch } from './revocation.ts';
import { branchRoutes } from './routes/branches.ts';
import { chatRoute } from './routes/chatCompletions.ts';
import { contextRoute } from './routes/context.ts';
import { embeddingsRoute } from './routes/embeddings.ts';
import { eventRoutes } from './routes/events.ts';
import { groundingRoute } from './routes/grounding.ts';
import { answerHealth } from './routes/health.ts';
import { mcpRoutes, workspaceEndpoint } from './routes/mcp.ts';
import { memoryRoutes } from './routes/memory.ts';
import { messageRoutes } from './routes/messages.ts';
import { metricsRoute } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { openApiRoute } from './routes/openapi.ts';
import { promptRoutes } from './routes/prompts.ts';
import { recallRoute } from './routes/recall.ts';
import { responsesRoute } from './routes/responses.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { turnRoutes } from './routes/turns.ts';
import { usageRoute } from './routes/usage.ts';
import { findRoute } from './routing.ts';
import { ModelCalls } from './wire/modelCalls.ts';
import { PlainCalls } from './wire/plainCalls.ts';
import { SessionCalls } from './wire/sessionCalls.ts';

export interface BridgeAppDeps {
  assistant: Assistant;
  clients: ClientRegister;
  /** Programs that ask to be let in. */
  asking: AskingRegister;
  /** Which turns requests became that may be sent again. */
  keyedTurns: KeyedTurns;
  /** What programs that call a model themselves go through. */
  relay: ModelRelay;
  /** Every request to a model, of this process. */
  calls: CallSource;
  /** Holds programs to their limits. */
  limiter: Limiter;
  workspace: OwnWorkspace;
  /** Of Causeway, as MCP clients are told. */
  version: string;
  /** Of this start; never stored but in the discovery file. */
  ownerToken: string;
  others: OtherWindows;
  clock: Clock;
  log: Log;
  /** Web origins that may call; none unless the user names some. */
  origins?: readonly string[];
  bodies?: BodyLimits;
  streams?: StreamLimits;
  /** How long the turn of a request with a key goes on when nobody waits for it, in ms. */
  graceMs?: number;
}

export interface BridgeApp {
  answer(request: BridgeRequest): Promise<BridgeResponse>;
  /** Fires when a program asks to be let in. */
  readonly onDidAsk: Event<Asking>;
  dispose(): void;
}

/** Every check stands before what it protects: Host and Origin before the token, all of them before a body is read. */
export function createBridgeApp(deps: BridgeAppDeps): BridgeApp {
  const { assistant, clients, log } = deps;
  const bodies = new BodyReader(deps.bodies ?? defaultBodyLimits);
  const streams = deps.streams ?? defaultStreamLimits;
  const revocation = new RevocationWatch(clients, log, () => deps.clock.now());
  const asks = new Emitter<Asking>((error) => log.error('A program that asks was not shown.', error));
  const known = new KnownClients(clients, () => deps.clock.monotonic());
  const calls = new ModelCalls({ relay: deps.relay, clock: deps.clock, pingMs: streams.pingMs });
  const keyed = new KeyedRequests(assistant, deps.keyedTurns, {
    workspaceId: deps.workspace.id,
    graceMs: deps.graceMs,
  });
  const plain = new PlainCalls(assistant.relayed, calls);
  const bound = new SessionCalls({
    assistant,
    limiter: deps.limiter,
    keyed,
    streams,
    log,
  });
  const metrics = new CallMetrics(deps.calls, deps.version);
  const load = () => workspaceEndpoint(log, { version: deps.version, pingMs: streams.pingMs });
  const mcp = mcpRoutes({ assistant, bodies, limiter: deps.limiter, load });
  const routes = [
    ...sessionRoutes(assistant, bodies),
    ...branchRoutes(assistant, bodies),
    ...memoryRoutes(assistant, bodies),
    recallRoute(assistant, bodies),
    groundingRoute(assistant, bodies),
    contextRoute(assistant),
    ...turnRoutes({ assistant, bodies, streams, log, limiter: deps.limiter, keyed }),
    ...promptRoutes({ assistant, bodies, streams, log, limiter: deps.limiter, keyed }),
    ...eventRoutes(assistant, streams, log),
    ...messageRoutes(calls, plain, bound, bodies),
    ...modelRoutes(assistant.relayed, calls),
    chatRoute(plain, bound, bodies, deps.clock),
    embeddingsRoute(assistant.relayed, calls, bodies),
    responsesRoute(plain, bound, bodies, deps.clock),
    usageRoute(deps.relay, deps.clock),
    metricsRoute(metrics),
    ...mcp.routes,
  ];
  routes.push(openApiRoute(routes, deps.version));
  const chain = compose(
    [
      logRequests(log, deps.clock),
      tellLimits(deps.limiter),
      shapeErrors(log),
      checkHost,
      checkOrigin(new Set(deps.origins)),
      refuseUpgrade,
      answerHealth(deps.ownerToken),
      answerAsking(deps.asking, (asking) => asks.fire(asking)),
      authenticate(deps.ownerToken, known),
      checkPath,
      routeByWorkspace(deps.workspace, deps.others),
      findRoute(routes),
      requireScope,
      checkBodyKind(bodies.maxBytes),
      limitRequests(deps.limiter),
    ],
    (exchange) => callRoute(exchange, revocation),
  );
  return {
    onDidAsk: asks.event,
    answer(request) {
      return chain(new Received(request));
    },
    dispose() {
      asks.dispose();
      revocation.dispose();
      known.dispose();
      calls.dispose();
      metrics.dispose();
      mcp.dispose();
    },
  };
}

/** Calls the route for as long as the client is there and may be. */
async function callRoute(exchange: Exchange, revocation: RevocationWatch): Promise<BridgeResponse> {
  const { principal, route } = exchange;
  if (!route) throw noRoute(exchange.path);
  if (!principal) throw tokenMissing();
  const { presence } = exchange.request;
  if (principal.kind === 'client') presence.onEnd(revocation.watch(principal.client, presence, route.scope));
  const answer = route.answer(new Call(exchange, principal, revocation));
  // A client that was revoked while its answer was made is told nothing of it, nor of why there is none.
  const response = await answer.catch((error: unknown) => {
    throw lostRight(presence, route.scope) ?? error;
  });
  const lost = lostRight(presence, route.scope);
  if (lost) throw lost;
  return response;
}
