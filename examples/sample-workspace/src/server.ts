import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { authorise } from './auth.ts';
import { type Config, readConfig } from './config.ts';
import { HttpError, notFound } from './errors.ts';
import { isExpired, startSweeper } from './expiry.ts';
import { createLogger, type Logger } from './log.ts';
import { Metrics } from './metrics.ts';
import { parseRange } from './range.ts';
import { RateLimit } from './rateLimit.ts';
import { Replicator } from './replicate.ts';
import { Storage } from './storage.ts';
import { receiveUpload } from './upload.ts';

/** Uploads under way get this long when the process is asked to end. */
const drainMs = 20_000;

interface Parts {
  config: Config;
  storage: Storage;
  limit: RateLimit;
  metrics: Metrics;
  log: Logger;
  replicator?: Replicator;
}

const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

async function put(request: IncomingMessage, response: ServerResponse, name: string, parts: Parts) {
  const caller = authorise(request.headers.authorization, 'write', parts.config.secret);
  parts.limit.take(caller.name);
  const entry = await receiveUpload(request, name, parts.storage, {
    limit: parts.config.maxUpload,
    keepDays: parts.config.keepDays,
  });
  parts.metrics.increment('uploads');
  parts.metrics.increment('uploaded_bytes', entry.size);
  parts.replicator?.enqueue(entry);
  json(response, 201, entry);
}

async function get(request: IncomingMessage, response: ServerResponse, id: string, parts: Parts) {
  const caller = authorise(request.headers.authorization, 'read', parts.config.secret);
  parts.limit.take(caller.name);
  const entry = await parts.storage.entry(id);
  if (isExpired(entry, new Date())) throw notFound();

  const range = parseRange(request.headers.range, entry.size);
  if (range === 'unsatisfiable') {
    throw new HttpError(416, 'range', 'That range is not in the file.', { 'content-range': `bytes */${entry.size}` });
  }
  const length = range ? range.end - range.start + 1 : entry.size;
  response.writeHead(range ? 206 : 200, {
    // Never text/html: a file someone sent must not run as a page of this site.
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(entry.name)}`,
    'content-length': length,
    'accept-ranges': 'bytes',
    ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${entry.size}` } : {}),
  });
  await pipeline(parts.storage.read(id, range), response);
}

async function remove(request: IncomingMessage, response: ServerResponse, id: string, parts: Parts) {
  authorise(request.headers.authorization, 'admin', parts.config.secret);
  await parts.storage.remove(id);
  response.writeHead(204).end();
}

async function route(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const file = /^\/files\/([^/]+)$/.exec(pathname)?.[1];
  if (pathname === '/health') {
    const ok = await parts.storage.writable();
    return json(response, ok ? 200 : 503, { ok });
  }
  if (pathname === '/metrics') {
    authorise(request.headers.authorization, 'read', parts.config.secret);
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(parts.metrics.render());
    return;
  }
  if (file && request.method === 'PUT') return put(request, response, decodeURIComponent(file), parts);
  if (file && request.method === 'GET') return get(request, response, file, parts);
  if (file && request.method === 'DELETE') return remove(request, response, file, parts);
  throw notFound();
}

/** The one place where errors become answers. What we did not expect is logged and told to nobody. */
function fail(error: unknown, response: ServerResponse, log: Logger) {
  if (response.headersSent) return response.destroy();
  if (error instanceof HttpError) {
    return json(response, error.status, { error: { code: error.code, message: error.message } }, error.headers);
  }
  log.error('A request failed', { cause: error instanceof Error ? error.stack : String(error) });
  return json(response, 500, { error: { code: 'internal', message: 'Something went wrong here.' } });
}

export function buildServer(parts: Parts): Server {
  const server = createServer((request, response) => {
    route(request, response, parts).catch((error) => fail(error, response, parts.log));
  });
  // A client that dribbles its headers would otherwise hold a socket for ever.
  server.headersTimeout = 15_000;
  server.requestTimeout = 10 * 60_000;
  return server;
}

/** Stops taking connections, lets running requests finish, then closes what is left. */
export function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

if (import.meta.main) {
  const config = readConfig(process.env);
  const log = createLogger(config.logLevel);
  const storage = new Storage(config.dataFolder);
  const metrics = new Metrics();
  await storage.prepare();
  const stopSweeper = startSweeper(storage, log);
  const server = buildServer({
    config,
    storage,
    metrics,
    log,
    limit: new RateLimit(config.rate),
    ...(config.mirror ? { replicator: new Replicator(config.mirror, storage, log, metrics) } : {}),
  });
  server.listen(config.port, () => log.info('Listening', { port: config.port }));
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stopSweeper();
      void shutDown(server);
    });
  }
}
