/**
 * A request on its way through the bridge, and what its route is called with. Both are classes, because an object that
 * is written with a getter gets a shape of its own each time: shapes are kept until the next full collection, and all
 * that the getter sees with them.
 */
import type { Exchange, Principal, Route, RouteCall } from './exchange.ts';
import type { BridgeRequest } from './http.ts';
import type { Presence } from './presence.ts';
import type { Hold, RevocationWatch } from './revocation.ts';

export class Received implements Exchange {
  readonly request: BridgeRequest;
  readonly path: string;
  principal?: Principal;
  route?: Route;
  pattern?: string;
  params?: Readonly<Record<string, string>>;
  #query: URLSearchParams | undefined;

  constructor(request: BridgeRequest) {
    const mark = request.target.indexOf('?');
    this.request = request;
    this.path = mark < 0 ? request.target : request.target.slice(0, mark);
  }

  /** Most requests have none, or none that anyone here reads. */
  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.request.target.slice(this.path.length + 1));
    return this.#query;
  }
}

export class Call implements RouteCall {
  readonly request: BridgeRequest;
  readonly params: Readonly<Record<string, string>>;
  readonly principal: Principal;
  readonly #exchange: Exchange;
  readonly #revocation: RevocationWatch;

  constructor(exchange: Exchange, principal: Principal, revocation: RevocationWatch) {
    this.#exchange = exchange;
    this.#revocation = revocation;
    this.request = exchange.request;
    this.params = exchange.params ?? {};
    this.principal = principal;
  }

  get query(): URLSearchParams {
    return this.#exchange.query;
  }

  get presence(): Presence {
    return this.request.presence;
  }

  get signal(): AbortSignal {
    return this.request.presence.signal;
  }

  hold(): Hold {
    const { principal } = this;
    const needed = this.#exchange.route?.scope ?? [];
    if (principal.kind === 'client') return this.#revocation.hold(principal.client, needed);
    // The user's own command line is revoked by nobody.
    return { signal: new AbortController().signal, release: () => undefined };
  }
}
