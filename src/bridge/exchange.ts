/** What the middleware of one request know and pass on. */
import type { Client, ClientScope } from '../core/register.ts';
import type { Door } from '../protocol/entries.ts';
import type { BridgeRequest, BridgeResponse } from './http.ts';
import type { Presence } from './presence.ts';
import type { Hold } from './revocation.ts';

/** Who asks: the user's own command line, by the token of this start, or a client that was let in. */
export type Principal = { kind: 'owner'; door: Door } | { kind: 'client'; door: Door; client: Client };

export interface Exchange {
  readonly request: BridgeRequest;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Set by the authentication. */
  principal?: Principal;
  /** Set by the routing: the route, its pattern for the log, and what the path named. */
  route?: Route;
  pattern?: string;
  params?: Readonly<Record<string, string>>;
}

/** What a client must have; of several one is enough. */
export type NeededScope = ClientScope | readonly ClientScope[];

/** Whether a client has what is needed. */
export const hasScope = ({ scopes }: Pick<Client, 'scopes'>, needed: NeededScope): boolean =>
  typeof needed === 'string' ? scopes.includes(needed) : needed.some((one) => scopes.includes(one));

type Next = () => Promise<BridgeResponse>;
/**
 * One concern of every request: answers, throws a `CausewayError`, or passes on. Those that need not wait are no
 * asynchronous functions, of which each would cost every request its turns of the loop.
 */
export type Middleware = (exchange: Exchange, next: Next) => Promise<BridgeResponse>;

/** What a route is called with, once everything in front of it agreed. */
export interface RouteCall {
  readonly request: BridgeRequest;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  readonly principal: Principal;
  /** Aborts when the client goes away, is revoked, or the bridge stops. */
  readonly signal: AbortSignal;
  /** The same for those who need no signal. */
  readonly presence: Presence;
  /** For what goes on when the client goes away: its signal aborts only when the client is revoked. */
  hold(): Hold;
}

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** Segments in braces are UUIDs, `/v1/sessions/{id}`, or names, `/v1/models/{model:name}`. */
  pattern: string;
  scope: NeededScope;
  answer(call: RouteCall): Promise<BridgeResponse>;
}

type Handler = (exchange: Exchange) => Promise<BridgeResponse>;

/** Runs middleware in order, the last of which is given the end of the chain. */
export const compose = (middleware: readonly Middleware[], last: Handler): Handler =>
  middleware.reduceRight<Handler>((rest, step) => (exchange) => step(exchange, () => rest(exchange)), last);
