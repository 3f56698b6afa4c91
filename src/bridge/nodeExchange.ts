/** Between Node's HTTP messages and the app's request and response. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BridgeRequest, BridgeResponse, PushedBody, RequestBody } from './http.ts';
import { gone, Presence } from './presence.ts';

export function requestOf(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  expectsContinue: boolean,
): BridgeRequest {
  const presence = new Presence();
  outgoing.once('close', () => presence.end(gone));
  const { headers, repeated } = headersOf(incoming.rawHeaders);
  return {
    method: incoming.method ?? '',
    target: incoming.url ?? '',
    headers,
    repeated,
    port: incoming.socket.localPort ?? 0,
    peerPort: incoming.socket.remotePort ?? 0,
    body: new IncomingBody(incoming, outgoing, expectsContinue),
    presence,
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

class IncomingBody implements RequestBody {
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  readonly #expectsContinue: boolean;

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, expectsContinue: boolean) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#expectsContinue = expectsContinue;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    this.#goOn();
    // Leaving the loop early must not close the socket: the refusal is still to be written to it.
    for await (const chunk of this.#incoming.iterator({ destroyOnReturn: false })) yield chunk;
  }

  each(take: (chunk: Uint8Array) => void): Promise<void> {
    this.#goOn();
    return eachChunk(this.#incoming, take);
  }

  /** A client that asked whether to send its body is told to only when someone wants to read it. */
  #goOn(): void {
    if (this.#expectsContinue) this.#outgoing.writeContinue();
  }
}

/**
 * What an asynchronous loop does, at a fraction of its price: most bodies are one chunk that is there already. The
 * listeners stay, and hear nothing any more, once it is over.
 */
function eachChunk(incoming: IncomingMessage, take: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let over = false;
    incoming.on('data', (chunk: Uint8Array) => {
      if (over) return;
      try {
        take(chunk);
      } catch (error) {
        over = true;
        // Nothing more is read until someone wants to be rid of it.
        incoming.pause();
        reject(error);
      }
    });
    incoming.on('end', () => {
      over = true;
      resolve();
    });
    incoming.on('error', (error) => {
      over = true;
      reject(error);
    });
    incoming.on('close', () => {
      if (!over) reject(gone);
      over = true;
    });
    if (incoming.destroyed && !incoming.readableEnded) reject(gone);
  });
}

/** Bytes of an answer that are written at a time, so that a client that takes nothing is noticed. */
const pieceBytes = 64 * 1024;

/**
 * Writes a response and resolves when the client took all of it, or is gone. A chunk is asked for only when the
 * ones before it were taken; a client that takes nothing for `stallMs` is closed.
 */
export function respond(outgoing: ServerResponse, response: BridgeResponse, stallMs: number): Promise<void> {
  const { status, headers, body, cut } = response;
  if (cut === undefined && (typeof body === 'string' || body instanceof Uint8Array)) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    headers['content-length'] = String(bytes.length);
    if (bytes.length <= pieceBytes) {
      outgoing.writeHead(status, headers).end(bytes);
      return taken(outgoing, 'close', stallMs);
    }
  }
  return respondInParts(outgoing, response, stallMs);
}

async function respondInParts(
  outgoing: ServerResponse,
  { status, headers, body, cut }: BridgeResponse,
  stallMs: number,
): Promise<void> {
  const onCut = () => {
    outgoing.destroy();
  };
  if (cut instanceof Presence ? cut.over : cut?.aborted) return onCut();
  if (cut instanceof Presence) cut.onEnd(onCut);
  else cut?.addEventListener('abort', onCut, { once: true });
  try {
    outgoing.writeHead(status, headers);
    if (typeof body === 'string') await write(outgoing, pieces(Buffer.from(body)), stallMs);
    else if (body instanceof Uint8Array) await write(outgoing, pieces(body), stallMs);
    else if ('flow' in body) await push(outgoing, body, stallMs);
    else await write(outgoing, body, stallMs);
  } catch (error) {
    // The head is out, so breaking off is the only way left to say that the answer is not whole.
    outgoing.destroy();
    throw error;
  } finally {
    if (cut instanceof Presence) cut.offEnd(onCut);
    else cut?.removeEventListener('abort', onCut);
  }
}

async function write(
  outgoing: ServerResponse,
  chunks: AsyncIterable<string | Uint8Array> | Iterable<Uint8Array>,
  stallMs: number,
): Promise<void> {
  for await (const chunk of chunks) {
    if (outgoing.destroyed) return;
    if (!outgoing.write(chunk)) await taken(outgoing, 'drain', stallMs);
  }
  outgoing.end();
  if (!outgoing.writableFinished) await taken(outgoing, 'finish', stallMs);
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
}

/** Resolves when the client took all of it, or is gone. */
function push(outgoing: ServerResponse, body: PushedBody, stallMs: number): Promise<void> {
  return new Promise((resolve) => {
    let stalled: NodeJS.Timeout | undefined;
    const wait = () => {
      stalled ??= setTimeout(() => outgoing.destroy(), stallMs).unref();
    };
    outgoing.on('drain', () => {
      clearTimeout(stalled);
      stalled = undefined;
      body.resume();
    });
    outgoing.once('close', () => {
      clearTimeout(stalled);
      resolve();
    });
    body.flow({
      write(chunk) {
        const more = outgoing.write(chunk);
        if (!more) wait();
        return more;
      },
      end(last) {
        outgoing.end(last);
        if (!outgoing.writableFinished) wait();
      },
    });
    // The client is to know that its stream is open before there is anything in it.
    outgoing.flushHeaders();
  });
}

/** Resolves when the client took what was written, or is gone. */
function taken(
  outgoing: ServerResponse,
  event: 'drain' | 'finish' | 'close',
  stallMs: number,
): Promise<void> {
  if (outgoing.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      // An answer without a socket waits for the one before it on the same connection, whose own clock runs.
      if (outgoing.socket) outgoing.destroy();
      else timer.refresh();
    }, stallMs).unref();
    // A long stream waits thousands of times, so nothing of one wait stays behind.
    const settle = () => {
      clearTimeout(timer);
      outgoing.off('close', settle).off(event, settle);
      resolve();
    };
    outgoing.on('close', settle).on(event, settle);
  });
}
