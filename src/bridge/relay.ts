/** Passes a request on to the window that has its workspace open, and that window's answer back. */
import { Agent, type IncomingMessage } from 'node:http';
import { noRoute, workspaceUnreachable } from '../core/errors.ts';
import type { Log } from '../core/ports.ts';
import type { Discovery } from '../protocol/bridge.ts';
import type { Exchange } from './exchange.ts';
import type { BridgeRequest, BridgeResponse } from './http.ts';
import { probe, send } from './loopbackClient.ts';

/** Marks what was relayed once, so that two windows never pass a request to and fro. */
const relayedHeader = 'x-causeway-relayed';

/** Headers that belong to one connection (RFC 9110, 7.6.1), and those that are made anew for the next. */
const notPassedOn = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'expect',
]);

export const isOfConnection = (name: string): boolean => notPassedOn.has(name);

const nothing: ReadonlySet<string> = new Set();

/** Names in a `Connection` header: what they name belongs to the connection too. */
export function namedBy(connection: string | undefined): ReadonlySet<string> {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return nothing;
  return new Set(connection.split(',').map((one) => one.trim().toLowerCase()));
}

/** Headers as they are passed on: without what belongs to this connection, or is named in `Connection`. */
export function endToEnd(headers: Iterable<readonly [string, string]>): Record<string, string> {
  const all = [...headers];
  const named = namedBy(all.find(([name]) => name === 'connection')?.[1]);
  return Object.fromEntries(all.filter(([name]) => !notPassedOn.has(name) && !named.has(name)));
}

export class Relay {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 8 });
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Throws `workspace_unreachable` when that window does not prove who it is or does not answer. */
  async pass({ request, principal }: Exchange, to: Discovery): Promise<BridgeResponse> {
    if (request.headers.has(relayedHeader)) throw noRoute('another window');
    // Asked before each request: its window may have closed, and the port may be someone else's since.
    const answerer = await probe(to);
    if (answerer !== 'bridge') {
      this.#log.warn(`The bridge of another window did not answer at port ${to.port}: ${answerer}.`);
      throw workspaceUnreachable();
    }
    const headers = endToEnd(request.headers);
    headers[relayedHeader] = '1';
    if (principal?.kind === 'owner') {
      headers.authorization = `Bearer ${to.ownerToken}`;
      // The start token of this window is nothing for another.
      delete headers['x-api-key'];
    }
    try {
      return responseOf(
        await send({
          port: to.port,
          method: request.method,
          path: request.target,
          headers,
          ...(hasBody(request) ? { body: request.body } : {}),
          signal: request.presence.signal,
          agent: this.#agent,
        }),
      );
    } catch (error) {
      this.#log.warn(
        `The bridge of another window broke off: ${error instanceof Error ? error.message : ''}`,
      );
      throw workspaceUnreachable();
    }
  }

  dispose(): void {
    this.#agent.destroy();
  }
}

const hasBody = ({ headers }: BridgeRequest): boolean =>
  headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;

function responseOf(answer: IncomingMessage): BridgeResponse {
  const pairs = Object.entries(answer.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value] as const],
  );
  return { status: answer.statusCode ?? 502, headers: endToEnd(pairs), body: answer };
}
