/**
 * A faithful fake of Anthropic's API over HTTP. It validates as strictly as the API, counts with a tokenizer of
 * its own, accounts for the prompt cache by real prefixes, and answers what a test has scripted.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiFailure, type ErrorStatus, errorBody } from './errors.ts';
import { type FakeModel, fakeModels } from './models.ts';
import { PromptCache, totalTokens } from './promptCache.ts';
import { type AnswerContext, blocksOfBehaviour, plainMessage, streamAnswer } from './respond.ts';
import { answer, type Behaviour, Gate } from './script.ts';
import { blocksOf, type MessagesBody, parseBody } from './validate.ts';

export interface RecordedRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: unknown;
  /** Status of the answer; 0 while it is under way. */
  status: number;
  /** Resolves when the response has ended or its client has gone; true when it ended as meant. */
  closed: Promise<boolean>;
}

export interface FakeAnthropic {
  readonly url: string;
  readonly port: number;
  readonly key: string;
  readonly requests: RecordedRequest[];
  readonly models: FakeModel[];
  readonly gate: Gate;
  /** Milliseconds since the epoch, as the fake's cache sees them. */
  clock: { now: number };
  /** Answers the next requests to `/v1/messages`, one behaviour each. */
  enqueue(...behaviours: Behaviour[]): void;
  /** Answers every request that has no enqueued behaviour. */
  always(behaviour: ((body: MessagesBody) => Behaviour) | undefined): void;
  /** Resolves when that many requests to `/v1/messages` have come. */
  received(count: number): Promise<RecordedRequest>;
  close(): Promise<void>;
}

const versions = ['2023-06-01', '2026-10-21'];
const bodyLimit = 32 * 1024 * 1024;

export async function startFakeAnthropic(
  options: { port?: number; key?: string } = {},
): Promise<FakeAnthropic> {
  const key = options.key ?? 'sk-ant-api03-fake-key-for-tests';
  const requests: RecordedRequest[] = [];
  const queue: Behaviour[] = [];
  const cache = new PromptCache();
  const gate = new Gate();
  const models = fakeModels.map((model) => ({ ...model }));
  const clock = { now: Date.parse('2026-11-24T09:00:00Z') };
  const arrivals: { count: number; resolve: (request: RecordedRequest) => void }[] = [];
  let fallback: ((body: MessagesBody) => Behaviour) | undefined;
  let serial = 0;

  const messages = () => requests.filter(({ path }) => path === '/v1/messages');

  const server = createServer((request, response) => {
    void serve(request, response);
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = `req_${String(++serial).padStart(8, '0')}`;
    const url = new URL(request.url ?? '/', 'http://localhost');
    const recorded: RecordedRequest = {
      method: request.method ?? '',
      path: url.pathname,
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: undefined,
      status: 0,
      closed: new Promise((resolve) => response.on('close', () => resolve(response.writableFinished))),
    };
    if (url.pathname.startsWith('/__control/'))
      return control(url.pathname, await readBody(request), response);
    response.setHeader('request-id', requestId);
    response.setHeader('anthropic-organization-id', '00000000-0000-4000-8000-000000000001');
    for (const [name, value] of Object.entries(rateLimits(clock.now))) response.setHeader(name, value);
    requests.push(recorded);
    try {
      const raw = await readBody(request);
      checkHeaders(request, key);
      if (request.method === 'GET' && url.pathname.startsWith('/v1/models')) {
        sendJson(response, recorded, 200, modelList(url, models));
        return;
      }
      if (request.method !== 'POST') throw new ApiFailure(404, `Not found: ${url.pathname}`);
      const counting = url.pathname === '/v1/messages/count_tokens';
      if (url.pathname !== '/v1/messages' && !counting)
        throw new ApiFailure(404, `Not found: ${url.pathname}`);
      recorded.body = parseJson(raw);
      if (!counting) announce(recorded);
      const body = parseBody(recorded.body, String(request.headers['anthropic-version']), counting);
      const model = models.find(({ id }) => id === body.model);
      if (!model) throw new ApiFailure(404, `model: ${body.model}`);
      const tokens = totalTokens(body, model);
      if (counting) {
        sendJson(response, recorded, 200, { input_tokens: tokens });
        return;
      }
      if (tokens + Math.min(body.max_tokens, 1) > model.window) {
        throw new ApiFailure(400, `prompt is too long: ${tokens} tokens > ${model.window} maximum`);
      }
      if (body.max_tokens > model.maxOutput) {
        throw new ApiFailure(
          400,
          `max_tokens: ${body.max_tokens} > ${model.maxOutput}, which is the maximum allowed number of output tokens for ${model.id}`,
        );
      }
      const behaviour = queue.shift() ?? fallback?.(body) ?? echo(body);
      if (behaviour.kind === 'error') {
        throw new ApiFailure(behaviour.status, behaviour.message ?? 'Scripted', behaviour.headers);
      }
      const context: AnswerContext = {
        model: model.id,
        messageId: `msg_${requestId.slice(4)}`,
        requestId,
        usage: cache.account(body, model, key, clock.now),
        factor: model.factor,
        gate,
      };
      recorded.status = 200;
      if (!body.stream) {
        const stopReason = behaviour.kind === 'answer' ? (behaviour.stopReason ?? 'end_turn') : 'end_turn';
        return sendJson(
          response,
          recorded,
          200,
          plainMessage(context, blocksOfBehaviour(behaviour), stopReason),
        );
      }
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
      });
      await streamAnswer(response, context, behaviour);
    } catch (error) {
      const failure = error instanceof ApiFailure ? error : new ApiFailure(500, 'Internal server error');
      for (const [name, value] of Object.entries(failure.headers)) response.setHeader(name, value);
      sendJson(response, recorded, failure.status, errorBody(failure.status, failure.message, requestId));
    }
  }

  function announce(recorded: RecordedRequest): void {
    const count = messages().length;
    for (const waiting of arrivals.splice(0)) {
      if (waiting.count <= count) waiting.resolve(recorded);
      else arrivals.push(waiting);
    }
  }

  /** For tests that run the fake as a process of its own. */
  function control(path: string, raw: string, response: ServerResponse): void {
    void controlled(path, raw).then((value) => {
      response.setHeader('content-type', 'application/json');
      response.statusCode = value === undefined ? 404 : 200;
      response.end(JSON.stringify(value ?? {}));
    });
  }

  async function controlled(path: string, raw: string): Promise<unknown> {
    switch (path) {
      case '/__control/enqueue':
        queue.push(...(JSON.parse(raw) as Behaviour[]));
        return { queued: queue.length };
      case '/__control/step':
        gate.step(Number(JSON.parse(raw)));
        return {};
      case '/__control/requests':
        return requests.map(({ method, path: at, headers, body, status }) => ({
          method,
          path: at,
          headers,
          body,
          status,
        }));
      case '/__control/advance':
        clock.now += Number(JSON.parse(raw));
        return { now: clock.now };
      case '/__control/received':
        return { body: (await received(Number(JSON.parse(raw)))).body };
      default:
        return undefined;
    }
  }

  function received(count: number): Promise<RecordedRequest> {
    const existing = messages()[count - 1];
    if (existing) return Promise.resolve(existing);
    return new Promise((resolve) => arrivals.push({ count, resolve }));
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    key,
    requests,
    models,
    gate,
    clock,
    enqueue: (...behaviours) => void queue.push(...behaviours),
    always: (behaviour) => {
      fallback = behaviour;
    },
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > bodyLimit) throw new ApiFailure(413, 'Request exceeds the maximum size');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw new ApiFailure(400, 'The request body is not valid JSON');
  }
}

function checkHeaders(request: IncomingMessage, key: string): void {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const given = request.headers['x-api-key'] ?? bearer;
  if (given === undefined) throw new ApiFailure(401, 'x-api-key header is required');
  if (given !== key) throw new ApiFailure(401, 'invalid x-api-key');
  const version = request.headers['anthropic-version'];
  if (version === undefined) throw new ApiFailure(400, 'anthropic-version: header is required');
  if (!versions.includes(String(version)))
    throw new ApiFailure(400, `anthropic-version: "${version}" is not a valid version`);
  if (request.method === 'POST' && !request.headers['content-type']?.startsWith('application/json')) {
    throw new ApiFailure(400, 'content-type: must be application/json');
  }
}

function rateLimits(now: number): Record<string, string> {
  const reset = new Date(now + 60_000).toISOString();
  return Object.fromEntries(
    ['requests', 'tokens', 'input-tokens', 'output-tokens'].flatMap((kind) => [
      [`anthropic-ratelimit-${kind}-limit`, '4000'],
      [`anthropic-ratelimit-${kind}-remaining`, '3999'],
      [`anthropic-ratelimit-${kind}-reset`, reset],
    ]),
  );
}

function sendJson(
  response: ServerResponse,
  recorded: RecordedRequest,
  status: number | ErrorStatus,
  value: unknown,
): void {
  recorded.status = status;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

const modelInfo = (model: FakeModel) => ({
  type: 'model',
  id: model.id,
  display_name: model.display_name,
  created_at: '2026-09-01T00:00:00Z',
  deprecated_at: null,
  retires_at: null,
  lifecycle: 'active',
  line: null,
  max_input_tokens: model.window,
  max_tokens: model.maxOutput,
  capabilities: null,
});

function modelList(url: URL, models: readonly FakeModel[]): unknown {
  const id = url.pathname.slice('/v1/models/'.length);
  if (id) {
    const model = models.find((candidate) => candidate.id === id);
    if (!model) throw new ApiFailure(404, `model: ${id}`);
    return modelInfo(model);
  }
  const limit = Number(url.searchParams.get('limit') ?? 20);
  const after = url.searchParams.get('after_id');
  const start = after ? models.findIndex((model) => model.id === after) + 1 : 0;
  const page = models.slice(start, start + limit);
  return {
    data: page.map(modelInfo),
    has_more: start + limit < models.length,
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  };
}

/** A deterministic answer that shows what was asked. */
function echo(body: MessagesBody): Behaviour {
  const last = body.messages.at(-1);
  const asked = last ? blocksOf(last.content).findLast((block) => block.type === 'text') : undefined;
  return answer(`You asked: ${asked?.type === 'text' ? asked.text.slice(0, 200) : 'nothing'}`);
}
