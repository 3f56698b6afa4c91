/**
 * A faithful fake of an OpenAI-compatible server over HTTP: one that is strict as OpenAI's API is, with what others do
 * differently as its flavour. It counts with a tokenizer of its own and tells what of a prompt it had read before.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { countValue } from '../anthropic/counting.ts';
import { Gate } from '../anthropic/gate.ts';
import { type RecordedRequest, readBody, record } from '../anthropic/http.ts';
import { ApiFailure, type ChatBody, checkBody, refuse } from './check.ts';
import { FakeEmbeddings } from './embeddings.ts';
import { type FakeModel, type Flavour, type FlavourName, flavours, listOf } from './flavours.ts';
import { answer, type Behaviour, type FailingBehaviour, type StreamedBehaviour } from './script.ts';
import { chunksOf, type Frame, wholeOf } from './stream.ts';

export interface FakeOpenAi {
  /** With `/v1`, as base URLs are given. */
  readonly url: string;
  readonly port: number;
  /** Undefined for a server that asks for none. */
  readonly key: string | undefined;
  readonly requests: RecordedRequest[];
  /** May be changed. */
  readonly models: FakeModel[];
  readonly gate: Gate;
  readonly embeddings: FakeEmbeddings;
  enqueue(...behaviours: Behaviour[]): void;
  always(behaviour: ((body: ChatBody) => Behaviour) | undefined): void;
  /** Resolves when that many requests for completions have come. */
  received(count: number): Promise<RecordedRequest>;
  close(): Promise<void>;
}

export interface FakeOptions {
  flavour?: FlavourName;
  key?: string | null;
  port?: number;
}

/** The API reads a prompt again from what it has of it in steps of so many tokens. */
const cacheStep = 128;
const cacheLeast = 1_024;

export async function startFakeOpenAi(options: FakeOptions = {}): Promise<FakeOpenAi> {
  const flavour: Flavour = flavours[options.flavour ?? 'openai'];
  const key = options.key === null ? undefined : (options.key ?? 'sk-proj-fake-key-for-tests');
  const models: FakeModel[] = [
    { id: 'fake-large', window: 128_000 },
    { id: 'fake-small', window: 32_000 },
    ...(flavour.embeds === false ? [] : [{ id: 'fake-embed', window: 8_000 }]),
  ];
  const requests: RecordedRequest[] = [];
  const completions: RecordedRequest[] = [];
  const arrivals: { count: number; resolve: (request: RecordedRequest) => void }[] = [];
  const queue: Behaviour[] = [];
  const gate = new Gate();
  const embeddings = new FakeEmbeddings();
  const read: string[] = [];
  let fallback: ((body: ChatBody) => Behaviour) | undefined;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const recorded = record(request, response, url);
    requests.push(recorded);
    try {
      await handle(request, response, recorded, url.pathname);
    } catch (error) {
      if (response.destroyed || response.headersSent) return void response.destroy();
      const failure =
        error instanceof ApiFailure ? error : new ApiFailure(500, { message: `Fault of the fake: ${error}` });
      send(response, recorded, failure.status, { error: failure.error });
    }
  }

  async function handle(
    request: IncomingMessage,
    response: ServerResponse,
    recorded: RecordedRequest,
    path: string,
  ): Promise<void> {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (key !== undefined && given === undefined)
      throw new ApiFailure(401, { message: "You didn't provide an API key." });
    if (key !== undefined && given !== key)
      throw new ApiFailure(401, {
        message: `Incorrect API key provided: ${given}.`,
        code: 'invalid_api_key',
      });
    if (request.method === 'GET' && path === '/v1/models')
      return send(response, recorded, 200, listOf(flavour, models));
    const also = request.method === 'GET' ? flavour.also?.[path] : undefined;
    if (also) return send(response, recorded, 200, also(models));
    if (request.method === 'POST' && path === '/v1/embeddings' && flavour.embeds !== false) {
      recorded.body = JSON.parse(await readBody(request));
      const next = queue[0]?.kind === 'error' ? queue.shift() : undefined;
      if (next?.kind === 'error') return fail(response, recorded, next);
      if (embeddings.failing) return failing(embeddings.failing, response, recorded);
      return send(response, recorded, 200, embeddings.answer(recorded.body));
    }
    if (request.method !== 'POST' || path !== '/v1/chat/completions') {
      recorded.status = 404;
      response.writeHead(404, { 'content-type': 'text/plain' });
      return void response.end('404 page not found');
    }
    recorded.body = JSON.parse(await readBody(request));
    announce(recorded);
    await complete(checkBody(recorded.body, flavour), response, recorded);
  }

  async function complete(
    body: ChatBody,
    response: ServerResponse,
    recorded: RecordedRequest,
  ): Promise<void> {
    const behaviour = queue.shift() ?? fallback?.(body) ?? answer('Hello from the fake.');
    switch (behaviour.kind) {
      case 'hang_up':
      case 'silence':
      case 'raw':
      case 'error':
        return failing(behaviour, response, recorded);
      default:
        return stream(behaviour, body, response, recorded);
    }
  }

  function failing(behaviour: FailingBehaviour, response: ServerResponse, recorded: RecordedRequest): void {
    switch (behaviour.kind) {
      case 'hang_up':
        return void response.destroy();
      case 'silence':
        return;
      case 'raw':
        recorded.status = behaviour.status;
        response.writeHead(behaviour.status, { 'content-type': 'application/json', ...behaviour.headers });
        return void response.end(behaviour.body);
      case 'error':
        fail(response, recorded, behaviour);
        return;
      default:
        behaviour satisfies never;
    }
  }

  async function stream(
    behaviour: StreamedBehaviour,
    body: ChatBody,
    response: ServerResponse,
    recorded: RecordedRequest,
  ): Promise<void> {
    const model = models.find(({ id }) => id === body.model);
    if (!model)
      return refuse(
        `The model \`${body.model}\` does not exist or you do not have access to it.`,
        'model_not_found',
        404,
      );
    if (body.tools && model.tools === false)
      refuse(`registry.ollama.ai/library/${model.id} does not support tools`);
    const counted = countValue([body.tools ?? [], body.messages]);
    if (counted > model.window && !flavour.cutsPrompts) throw tooLong(counted, model.window);
    const prompt = Math.min(counted, model.window);
    const cached = cachedOf(body);
    const told = JSON.stringify([behaviour.text, behaviour.refusal, behaviour.calls]);
    const output = countValue(told);
    const frame = {
      id: `chatcmpl-${completions.length}`,
      model: body.model,
      includeUsage: body.stream_options?.include_usage === true,
      usage: {
        prompt_tokens: prompt,
        completion_tokens: output,
        total_tokens: prompt + output,
        prompt_tokens_details: { cached_tokens: Math.min(cached, prompt) },
      },
    };
    response.setHeader('x-request-id', `req_fake_${completions.length}`);
    if (!body.stream) return sendWhole(behaviour, frame, response, recorded);
    recorded.status = 200;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    for (const chunk of chunksOf(behaviour, frame, flavour)) {
      if (behaviour.gated) await gate.pass();
      if (response.destroyed) return;
      write(response, `data: ${JSON.stringify(chunk)}\n\n`, behaviour.sliceBytes);
    }
    switch (behaviour.kind) {
      case 'answer':
        write(response, 'data: [DONE]\n\n', behaviour.sliceBytes);
        return void response.end();
      case 'truncate':
        if (behaviour.done) write(response, 'data: [DONE]\n\n');
        return void response.end();
      case 'error_in_stream':
        write(response, `data: ${JSON.stringify({ error: behaviour.error })}\n\n`);
        return void response.end();
      case 'disconnect':
        // What was written has to leave first.
        return void setImmediate(() => response.destroy());
      case 'stall':
      case 'stall_before_usage':
        return;
      default:
        behaviour satisfies never;
    }
  }

  async function sendWhole(
    behaviour: StreamedBehaviour,
    frame: Frame,
    response: ServerResponse,
    recorded: RecordedRequest,
  ): Promise<void> {
    if (behaviour.gated) await gate.pass();
    if (behaviour.kind === 'stall' || behaviour.kind === 'stall_before_usage') return;
    if (behaviour.kind === 'error_in_stream')
      return send(response, recorded, 500, { error: behaviour.error });
    const whole = wholeOf(behaviour, frame, flavour);
    if (behaviour.kind === 'answer') return send(response, recorded, 200, whole);
    recorded.status = 200;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(JSON.stringify(whole).slice(0, 40));
    setImmediate(() => response.destroy());
  }

  function tooLong(tokens: number, window: number): ApiFailure {
    const own = flavour.tooLong?.(tokens, window);
    const failure = new ApiFailure(own?.status ?? 400, {
      message: `This model's maximum context length is ${window} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`,
      code: 'context_length_exceeded',
    });
    return own ? Object.assign(failure, { error: own.error }) : failure;
  }

  /** Tokens of the longest beginning, by whole messages, that an earlier request had too. */
  function cachedOf(body: ChatBody): number {
    const beginnings = body.messages.map((_, place) =>
      JSON.stringify([body.model, body.tools, body.messages.slice(0, place + 1)]).slice(0, -2),
    );
    const known = beginnings.findLastIndex((beginning) => read.some((one) => one.startsWith(beginning)));
    read.push(beginnings.at(-1) ?? '');
    if (known < 0) return 0;
    const tokens = countValue([body.tools ?? [], body.messages.slice(0, known + 1)]);
    return tokens < cacheLeast ? 0 : Math.floor(tokens / cacheStep) * cacheStep;
  }

  function announce(recorded: RecordedRequest): void {
    completions.push(recorded);
    for (const waiting of arrivals.splice(0)) {
      const arrived = completions[waiting.count - 1];
      if (arrived) waiting.resolve(arrived);
      else arrivals.push(waiting);
    }
  }

  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    key,
    requests,
    models,
    gate,
    embeddings,
    enqueue: (...behaviours) => void queue.push(...behaviours),
    always: (behaviour) => {
      fallback = behaviour;
    },
    received: (count) => {
      const arrived = completions[count - 1];
      return arrived ? Promise.resolve(arrived) : new Promise((resolve) => arrivals.push({ count, resolve }));
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function fail(
  response: ServerResponse,
  recorded: RecordedRequest,
  behaviour: Extract<FailingBehaviour, { kind: 'error' }>,
): void {
  const { status, headers = {}, message = 'The fake was told to fail.', code = null } = behaviour;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const type = behaviour.type ?? 'api_error';
  send(response, recorded, status, { error: { message, type, param: null, code } });
}

function send(response: ServerResponse, recorded: RecordedRequest, status: number, value: unknown): void {
  recorded.status = status;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

function write(response: ServerResponse, text: string, sliceBytes?: number): void {
  if (sliceBytes === undefined) return void response.write(text);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += sliceBytes) response.write(bytes.subarray(at, at + sliceBytes));
}
