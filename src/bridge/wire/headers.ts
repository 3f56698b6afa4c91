/** Which headers pass between a program and the API it calls. */
import type { IncomingHttpHeaders } from 'node:http';
import type { BridgeRequest } from '../http.ts';
import { safeHeaders } from '../http.ts';
import { isOfConnection, namedBy } from '../relay.ts';

/** What a client may say to the API. All else stays here: its token, cookies, and what names other hosts. */
const passed = new Set([
  'accept',
  'content-type',
  'idempotency-key',
  'traceparent',
  'tracestate',
  'user-agent',
  'x-app',
  'x-client-request-id',
]);

/** The same for another server than Claude's API, which needs to know no more of the client. */
const passedToServers = new Set(['accept', 'idempotency-key', 'traceparent', 'tracestate']);

/** Headers of a request to a server that speaks OpenAI's wire, names and values in turn. */
export function serverHeaders(request: BridgeRequest, key: string | undefined): string[] {
  const headers = ['content-type', 'application/json', 'accept-encoding', 'identity'];
  if (key !== undefined) headers.push('authorization', `Bearer ${key}`);
  const named = namedBy(request.headers.get('connection'));
  for (const [name, value] of request.headers)
    if (passedToServers.has(name) && !named.has(name)) headers.push(name, value);
  return headers;
}

/** Headers of a request to Claude's API, names and values in turn. The key is ours, whatever the client sent. */
export function upstreamHeaders(request: BridgeRequest, key: string, more: readonly string[] = []): string[] {
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
