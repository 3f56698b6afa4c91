/** Reading requests and writing answers over plain HTTP. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiFailure, errorBody, retryHeader } from './errors.ts';
import { versions } from './validate.ts';

export interface RecordedRequest {
  method: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  /** The parsed body; undefined when there was none or it was no JSON. */
  body: unknown;
  /** Status of the answer; 0 while it is under way. */
  status: number;
  /** Resolves when the response has ended or its client has gone; true when it ended as meant. */
  closed: Promise<boolean>;
}

const bodyLimit = 32 * 1024 * 1024;

export function record(request: IncomingMessage, response: ServerResponse, url: URL): RecordedRequest {
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.search,
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: undefined,
    status: 0,
    closed: new Promise((resolve) => response.on('close', () => resolve(response.writableFinished))),
  };
}

/** The whole body. One that is too large is read to its end and thrown away, so that the refusal can be read. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= bodyLimit) chunks.push(chunk as Buffer);
    else chunks.length = 0;
  }
  if (size > bodyLimit) throw new ApiFailure(413, 'Request exceeds the maximum size');
  return Buffer.concat(chunks).toString('utf8');
}

export function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw new ApiFailure(400, 'The request body is not valid JSON');
  }
}

export function checkHeaders(request: IncomingMessage, key: string): void {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const given = request.headers['x-api-key'] ?? bearer;
  if (given === undefined) throw new ApiFailure(401, 'x-api-key header is required');
  if (given !== key) throw new ApiFailure(401, 'invalid x-api-key');
  const version = request.headers['anthropic-version'];
  if (version === undefined) throw new ApiFailure(400, 'anthropic-version: header is required');
  if (!versions.includes(String(version)))
    throw new ApiFailure(400, `anthropic-version: "${version}" is not a valid version`);
  const type = request.headers['content-type']?.split(';')[0]?.trim();
  if (request.method === 'POST' && type !== 'application/json')
    throw new ApiFailure(400, 'content-type: must be application/json');
}

export function sendJson(
  response: ServerResponse,
  recorded: RecordedRequest,
  status: number,
  value: unknown,
): void {
  recorded.status = status;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

export function sendFailure(
  response: ServerResponse,
  recorded: RecordedRequest,
  requestId: string,
  error: unknown,
): void {
  const failure = error instanceof ApiFailure ? error : new ApiFailure(500, `Fault of the fake: ${error}`);
  const headers = { ...retryHeader(failure.status), ...failure.headers };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(
    response,
    recorded,
    failure.status,
    errorBody(failure.status, failure.message, requestId, failure.errorCode),
  );
}
