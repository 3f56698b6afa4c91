/** Between Node's HTTP messages and the app's request and response. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BridgeRequest, BridgeResponse } from './http.ts';

export function requestOf(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  expectsContinue: boolean,
): BridgeRequest {
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  const { headers, repeated } = headersOf(incoming.rawHeaders);
  return {
    method: incoming.method ?? '',
    target: incoming.url ?? '',
    headers,
    repeated,
    port: incoming.socket.localPort ?? 0,
    body: bodyOf(incoming, outgoing, expectsContinue),
    signal: gone.signal,
  };
}

function headersOf(raw: readonly string[]): { headers: Map<string, string>; repeated: Set<string> } {
  const headers = new Map<string, string>();
  const repeated = new Set<string>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const earlier = headers.get(name);
    if (earlier !== undefined) repeated.add(name);
    headers.set(name, earlier === undefined ? (raw[i + 1] ?? '') : `${earlier}, ${raw[i + 1] ?? ''}`);
  }
  return { headers, repeated };
}

/** A client that asked whether to send its body is told to only when someone wants to read it. */
async function* bodyOf(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  expectsContinue: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (expectsContinue) outgoing.writeContinue();
  // Leaving the loop early must not close the socket: the refusal is still to be written to it.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) yield chunk;
}

/**
 * Writes a response. A chunk is asked for only when the ones before it were taken; a client that takes nothing
 * for `stallMs` is closed.
 */
export async function respond(
  outgoing: ServerResponse,
  response: BridgeResponse,
  stallMs: number,
): Promise<void> {
  const { status, headers, body, cut } = response;
  if (typeof body === 'string') {
    outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    outgoing.end(body);
    return;
  }
  const onCut = () => {
    outgoing.destroy();
  };
  if (cut?.aborted) return onCut();
  cut?.addEventListener('abort', onCut, { once: true });
  try {
    outgoing.writeHead(status, headers);
    for await (const chunk of body) {
      if (outgoing.destroyed) return;
      if (!outgoing.write(chunk)) await drained(outgoing, stallMs);
    }
    outgoing.end();
  } catch (error) {
    // The head is out, so breaking off is the only way left to say that the answer is not whole.
    outgoing.destroy();
    throw error;
  } finally {
    cut?.removeEventListener('abort', onCut);
  }
}

/** Resolves when the client took what was written, or is gone. */
function drained(outgoing: ServerResponse, stallMs: number): Promise<void> {
  if (outgoing.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => outgoing.destroy(), stallMs);
    const finish = () => {
      clearTimeout(timer);
      outgoing.off('drain', finish).off('close', finish);
      resolve();
    };
    outgoing.on('drain', finish).on('close', finish);
  });
}
