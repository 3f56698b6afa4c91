/**
 * The only place of the bridge that opens sockets: HTTP on the loopback addresses of one port, and where the user asks
 * for it HTTP or HTTPS on one address of the network.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Log } from '../core/ports.ts';
import type { BridgeApp } from './app.ts';
import { boundConnections } from './connections.ts';
import { requestOf, respond } from './nodeExchange.ts';

export interface ServerLimits {
  /** Time for the head of a request, in milliseconds. */
  headersMs: number;
  /** Time for a request with its body, in milliseconds. A loopback takes the largest body within a second. */
  requestMs: number;
  /** A connection between two requests is closed after this many milliseconds. */
  keepAliveMs: number;
  /** A client that takes nothing of an answer is closed after this many milliseconds. */
  stallMs: number;
  /** Of one address. Where there would be more, one that is idle is closed. */
  maxConnections: number;
}

export const defaultServerLimits: ServerLimits = {
  headersMs: 8_000,
  requestMs: 12_000,
  keepAliveMs: 10_000,
  stallMs: 30_000,
  maxConnections: 512,
};

/**
 * Behind a gateway the way is longer than the loopback's, and many clients share its connections. It keeps them open
 * while nothing is asked, commonly for a minute, and must be the one to close them: a request on a connection that is
 * closed meanwhile is lost.
 */
export const networkServerLimits: ServerLimits = {
  ...defaultServerLimits,
  requestMs: 60_000,
  keepAliveMs: 75_000,
  maxConnections: 2048,
};

const loopbackAddresses = ['127.0.0.1', '::1'] as const;

/** HTTP servers of one port. `close` ends what is open at once; `retire` takes nothing new and lets it finish. */
export interface LoopbackServer {
  port: number;
  addresses: string[];
  missing: string[];
  retire(): void;
  close(): Promise<void>;
}

/** An error of the system while binding, such as EADDRINUSE. */
export const bindCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const absent = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

/**
 * Listens on 127.0.0.1 and ::1, or on the one of them that this system has. Rejects with the system's error when
 * the port is taken on either, so that `localhost` never means two programs; port 0 takes any free one.
 */
export async function listenLoopback(
  port: number,
  app: Pick<BridgeApp, 'answer'>,
  limits: ServerLimits,
  log: Log,
): Promise<LoopbackServer> {
  const servers: Server[] = [];
  const addresses: string[] = [];
  const missing: string[] = [];
  let failure: unknown;
  let bound = port;
  for (const address of loopbackAddresses) {
    const server = newServer(app, limits, log);
    try {
      bound = await listen(server, bound, address);
      servers.push(server);
      addresses.push(address);
    } catch (error) {
      if (!absent.has(bindCode(error))) {
        await Promise.all(servers.map(close));
        throw error;
      }
      failure = error;
      missing.push(address);
    }
  }
  if (servers.length === 0) throw failure;
  return {
    port: bound,
    addresses,
    missing,
    retire() {
      for (const server of servers) {
        server.close();
        server.closeIdleConnections();
      }
    },
    close: () => Promise.all(servers.map(close)).then(() => undefined),
  };
}

/** A certificate with its chain, and its key, as PEM. */
export interface TlsPair {
  cert: string;
  key: string;
}

export interface NetworkServer {
  port: number;
  /** New connections see this certificate; those that are open go on. */
  renew(tls: TlsPair): void;
  /** Takes nothing new and ends what is open. */
  close(): Promise<void>;
}

/** Older versions have known holes, and every client of the last ten years speaks this one. */
const minVersion = 'TLSv1.2';

/** Listens on one address, with TLS where there is a certificate. Rejects with the system's error. */
export async function listenNetwork(
  { address, port, tls }: { address: string; port: number; tls?: TlsPair | undefined },
  app: Pick<BridgeApp, 'answer'>,
  limits: ServerLimits,
  log: Log,
): Promise<NetworkServer> {
  const server = newServer(app, limits, log, tls);
  const bound = await listen(server, port, address);
  return {
    port: bound,
    renew(pair) {
      if (server instanceof TlsServer) server.setSecureContext({ ...pair, minVersion });
    },
    close: () => close(server),
  };
}

function listen(server: Server | TlsServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Of `::` every address of the machine is expected, those of IPv4 too.
    server.listen({ port, host, ipv6Only: host === '::1', exclusive: true }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server | TlsServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function newServer(
  app: Pick<BridgeApp, 'answer'>,
  limits: ServerLimits,
  log: Log,
  tls?: TlsPair,
): Server | TlsServer {
  const options = {
    insecureHTTPParser: false,
    requireHostHeader: true,
    maxHeaderSize: 16 * 1024,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: 1000,
    keepAliveTimeout: limits.keepAliveMs,
    noDelay: true,
  };
  const server = tls
    ? new TlsServer({ ...options, ...tls, minVersion, handshakeTimeout: limits.headersMs })
    : createServer(options);
  // The head is bounded in bytes; a bound on the number of headers would drop the last ones unseen.
  server.maxHeadersCount = 0;
  const answers = new WeakMap<Duplex, Set<ServerResponse>>();
  const connections = boundConnections(
    server,
    limits.maxConnections,
    (socket) => (answers.get(socket)?.size ?? 0) > 0,
  );
  const handle = (expectsContinue: boolean) => (incoming: IncomingMessage, outgoing: ServerResponse) => {
    connections.used(incoming.socket);
    const open = answers.get(incoming.socket) ?? new Set();
    answers.set(incoming.socket, open.add(outgoing));
    exchange(app, incoming, outgoing, expectsContinue, limits)
      .catch((error: unknown) => {
        log.error('An answer of the bridge broke off.', error);
        outgoing.destroy();
      })
      .finally(() => open.delete(outgoing));
  };
  server.on('request', handle(false));
  server.on('checkContinue', handle(true));
  server.on('connect', (_request, socket: Duplex) => refuse(socket, '405 Method Not Allowed'));
  const secured = new WeakSet<Duplex>();
  server.on('secureConnection', (socket: Duplex) => secured.add(socket));
  server.on('clientError', (error: Error, socket: Duplex) => {
    // Before TLS is agreed, words would wait for it for ever.
    if (tls && !secured.has(socket)) {
      socket.destroy();
      return;
    }
    // Within an answer that has begun, another status line would be taken for a part of it.
    const begun = [...(answers.get(socket) ?? [])].some((answer) => answer.headersSent);
    if (begun) socket.destroy();
    else refuse(socket, statusOf(bindCode(error)));
  });
  return server;
}

async function exchange(
  app: Pick<BridgeApp, 'answer'>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  expectsContinue: boolean,
  limits: ServerLimits,
): Promise<void> {
  // A client that goes away while its answer is written is no failure of ours.
  outgoing.on('error', () => outgoing.destroy());
  incoming.on('error', () => outgoing.destroy());
  const response = await app.answer(requestOf(incoming, outgoing, expectsContinue));
  if (outgoing.destroyed) return;
  if (!incoming.complete) closeAfterAnswer(incoming, outgoing);
  await respond(outgoing, response, limits.stallMs);
}

/** How long a client may go on sending a body that was refused, so that it can read the refusal. */
const lingerMs = 1000;
/** How much more of it is read, in bytes: with what the refusal had read before, no more than twice the cap. */
const lingerBytes = 16 * 1024 * 1024;

function closeAfterAnswer(incoming: IncomingMessage, outgoing: ServerResponse): void {
  let read = 0;
  incoming.on('data', (chunk: Uint8Array) => {
    read += chunk.byteLength;
    if (read > lingerBytes) incoming.pause();
  });
  incoming.resume();
  outgoing.once('finish', () => {
    const timer = setTimeout(() => incoming.socket.destroy(), lingerMs);
    incoming.once('end', () => clearTimeout(timer));
    incoming.once('close', () => clearTimeout(timer));
  });
}

/** What is not HTTP, or came too slowly, gets one line and a closed connection. */
function refuse(socket: Duplex, status: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

function statusOf(code: string): string {
  if (code === 'HPE_HEADER_OVERFLOW') return '431 Request Header Fields Too Large';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request';
}
