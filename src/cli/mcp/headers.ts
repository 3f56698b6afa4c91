/**
 * The headers of a message over HTTP. Since the revision 2026-07-28 they repeat what the body says, in which a client
 * on standard input and output says it alone.
 * Source: https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http.
 */
import type { Call } from './messages.ts';

const versionKey = 'io.modelcontextprotocol/protocolVersion';

/** Which field of a request names what it is about. */
const named: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

export function headersOf({ method, params }: Call): Record<string, string> {
  const headers = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
  const version = params?._meta?.[versionKey];
  if (typeof version !== 'string') return headers;
  const field = named.get(method);
  const name = field === undefined ? undefined : params?.[field];
  return {
    ...headers,
    'mcp-protocol-version': headerValue(version),
    'mcp-method': headerValue(method),
    ...(typeof name === 'string' ? { 'mcp-name': headerValue(name) } : {}),
  };
}

/** What a header cannot hold as it is goes as base64 within marks. */
function headerValue(text: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?base64?');
  return plain ? text : `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;
}
