/** Which headers pass between a program and the API it calls. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../exchange.ts';
import type { BridgeRequest } from '../http.ts';
import { safeHeaders } from '../http.ts';
import { isOfConnection, namedBy } from '../relay.ts';

/** What a client may say to the API. All else stays here: its token, cookies, and what names other hosts. */
const passed = new Set([
  'accept',
  'content-type',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-app',
  'x-client-request-id',
]);

/** The same for another server than Claude's API, which needs to know no more of the client. */
const passedToServers = new Set(['accept', 'traceparent', 'tracestate']);

type Sender = Pick<BridgeRequest, 'headers'>;

/**
 * All programs call with the user's one key, so that to a server that honours it the same key of two of them would be
 * one request: each has keys of its own there, which are the same when it sends a request again.
 */
function idempotencyKey({ headers }: Sender, named: ReadonlySet<string>, principal: Principal): string[] {
  const value = headers.get('idempotency-key');
  if (value === undefined || named.has('idempotency-key')) return [];
  const sender = principal.kind === 'owner' ? 'owner' : principal.client.id;
  return ['idempotency-key', createHash('sha256').update(`${sender}\n${value}`).digest('hex')];
}

/** Headers of a request to a server that speaks OpenAI's wire, names and values in turn. */
export function serverHeaders(request: Sender, principal: Principal, key: string | undefined): string[] {
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity'];
  if (key !== undefined) headers.push('authorization', `Bearer ${key}`);
  const named = namedBy(request.headers.get('connection'));
  for (const [name, value] of request.headers)
    if (passedToServers.has(name) && !named.has(name)) headers.push(name, value);
  headers.push(...idempotencyKey(request, named, principal));
  return headers;
}

/** Headers of a request to Claude's API, names and values in turn. The key is ours, whatever the client sent. */
export function upstreamHeaders(
  request: Sender,
  principal: Principal,
  key: string,
  more: readonly string[] = [],
): string[] {
  const headers = [
    'x-api-key',
    key,
    // What is compressed could not be read for its usage and its end.
    'accept-encoding',
    'identity',
    ...more,
  ];
  const named = namedBy(request.headers.get('connection'));
  for (const [name, value] of request.headers) {
    if (named.has(name)) continue;
    if (passed.has(name) || name.startsWith('anthropic-') || name.startsWith('x-stainless-'))
      headers.push(name, value);
  }
  headers.push(...idempotencyKey(request, named, principal));
  return headers;
}

/** What upstream says to its own clients about its own address, or sets there; it means nothing at ours or does harm. */
const kept = new Set([
  // The body is given a length of its own.
  'content-length',
  'set-cookie',
  'set-cookie2',
  'alt-svc',
  'strict-transport-security',
  'clear-site-data',
]);

const plainValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers of an answer as the client gets them: status lines, ids, limits and waiting times as they are. */
export function clientHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const passedOn: Record<string, string> = { ...safeHeaders };
  const named = namedBy(textOf(headers.connection));
  for (const name in headers) {
    const value = textOf(headers[name]);
    if (value === undefined || staysThere(name) || named.has(name)) continue;
    if (plainValue.test(value)) passedOn[name] = value;
  }
  return passedOn;
}

/** No page may read an answer of the bridge, whatever upstream allows. */
const staysThere = (name: string): boolean =>
  kept.has(name) || isOfConnection(name) || name.startsWith('access-control-');

/** A header that came more than once is joined. */
export const textOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'object' ? value.join(', ') : value;
