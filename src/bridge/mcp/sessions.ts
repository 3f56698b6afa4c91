/**
 * Sessions of clients of 2025. Only within one can a server ask its client in its turn, for an answer has no other way
 * back. Source: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management.
 */
import {
  isInitializeRequest,
  isJSONRPCRequest,
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { defaultStreamLimits } from '../eventStream.ts';
import { accessOfSession, type McpAccess } from './access.ts';

export interface SessionLimits {
  /** Of all programs together. */
  most: number;
  mostOfOne: number;
  /** A session in which nothing was asked ends after this many milliseconds. */
  idleMs: number;
  /** An answer that takes longer says so as often, in ms. */
  keepAliveMs: number;
}

/**
 * One user's tools open a session for each of their windows; one that opens and forgets is to leave room for others.
 * After an hour without a request a program has most likely gone without a word.
 */
const defaultLimits: SessionLimits = {
  most: 64,
  mostOfOne: 16,
  idleMs: 60 * 60_000,
  keepAliveMs: defaultStreamLimits.pingMs,
};

interface Session {
  /** Id of the program; undefined for the user. */
  owner: string | undefined;
  /** Takes what the newest request may do. */
  renew(access: McpAccess): void;
  transport: WebStandardStreamableHTTPServerTransport;
  server: McpServer;
  idle: NodeJS.Timeout;
}

export class McpSessions {
  readonly #make: (access: McpAccess) => McpServer;
  readonly #limits: SessionLimits;
  readonly #open = new Map<string, Session>();
  /** By who opens them: sessions that are counted already, while their servers are made. */
  readonly #opening: (string | undefined)[] = [];
  /** Those that their programs ended last: whoever still uses one is told. */
  readonly #ended = new Set<string>();

  constructor(make: (access: McpAccess) => McpServer, limits: Partial<SessionLimits> = {}) {
    this.#make = make;
    this.#limits = { ...defaultLimits, ...limits };
  }

  /**
   * Undefined for what is not of a session: there is no room for one more, or there is none of this name. Such a
   * request is answered without one, so that a program outlives a restart of the bridge and the end of its session.
   */
  async answer(request: Request, parsedBody: unknown, access: McpAccess): Promise<Response | undefined> {
    const id = request.headers.get('mcp-session-id');
    if (id === null) {
      if (!isInitializeRequest(parsedBody) || !this.#hasRoom(access.owner.clientId)) return undefined;
      return this.#begin(request, parsedBody, access);
    }
    if (this.#ended.has(id)) return notFound();
    const session = this.#open.get(id);
    // Another program's session is no more than an unknown one.
    if (!session || session.owner !== access.owner.clientId) return undefined;
    session.idle.refresh();
    session.renew(access);
    if (isJSONRPCRequest(parsedBody)) cancelWith(access.signal, session.transport, parsedBody.id);
    return session.transport.handleRequest(request, { parsedBody });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((id) => this.#end(id)));
  }

  #hasRoom(owner: string | undefined): boolean {
    const owners = [...this.#opening, ...[...this.#open.values()].map((one) => one.owner)];
    const { most, mostOfOne } = this.#limits;
    return owners.length < most && owners.filter((one) => one === owner).length < mostOfOne;
  }

  async #begin(request: Request, parsedBody: unknown, access: McpAccess): Promise<Response> {
    const owner = access.owner.clientId;
    this.#opening.push(owner);
    try {
      // The request that opens a session is over long before it; the others bring signals of their own.
      const ended = new AbortController();
      let newest = access;
      const renew = (later: McpAccess) => {
        newest = later;
      };
      const server = this.#make(accessOfSession(() => newest, ended.signal));
      const transport = new WebStandardStreamableHTTPServerTransport({
        keepAliveMs: this.#limits.keepAliveMs,
        sessionIdGenerator: () => crypto.randomUUID(),
        onsessioninitialized: (id) => {
          const idle = setTimeout(() => void this.#end(id), this.#limits.idleMs).unref();
          this.#open.set(id, { owner, renew, transport, server, idle });
        },
        onsessionclosed: (id) => {
          this.#ended.add(id);
          const [oldest = id] = this.#ended;
          if (this.#ended.size > this.#limits.most) this.#ended.delete(oldest);
          return this.#end(id);
        },
      });
      await server.connect(transport);
      const closed = transport.onclose;
      transport.onclose = () => {
        ended.abort();
        closed?.();
      };
      return await transport.handleRequest(request, { parsedBody });
    } finally {
      this.#opening.splice(this.#opening.indexOf(owner), 1);
    }
  }

  async #end(id: string): Promise<void> {
    const session = this.#open.get(id);
    if (!session) return;
    this.#open.delete(id);
    clearTimeout(session.idle);
    await session.server.close();
  }
}

/** A server of a session goes on when one connection ends; nobody reads what it would say there. */
function cancelWith(
  signal: AbortSignal,
  transport: WebStandardStreamableHTTPServerTransport,
  requestId: string | number,
): void {
  const cancel = () =>
    transport.onmessage?.({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
  signal.addEventListener('abort', cancel, { once: true });
}

const notFound = (): Response =>
  Response.json(
    { jsonrpc: '2.0', error: { code: -32_001, message: 'Session not found' }, id: null },
    { status: 404 },
  );
