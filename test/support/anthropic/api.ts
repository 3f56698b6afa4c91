/** The routes of the API, behind the checks every request passes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkModelEdits, type Edited, edited } from './contextManagement.ts';
import { CacheDiagnostics } from './diagnostics.ts';
import { echo, preWarmed } from './echo.ts';
import { ApiFailure, refuse } from './errors.ts';
import { Gate } from './gate.ts';
import { checkHeaders, parseJson, type RecordedRequest, readBody, sendJson } from './http.ts';
import { modelPage, oneModel } from './modelList.ts';
import { type FakeModel, fakeModels } from './models.ts';
import { promptParts, tokensOf } from './prompt.ts';
import { PromptCache } from './promptCache.ts';
import { RateLimits } from './rateLimits.ts';
import { outputTokens, plainMessage, stopFields } from './reply.ts';
import { type Behaviour, blocksOfBehaviour, type FailingBehaviour } from './script.ts';
import { streamAnswer } from './stream.ts';
import { checkThinking, checkTurnBegins, GivenThinking } from './thinking.ts';
import { conversation, type MessagesBody, parseBody } from './validate.ts';

/** A request as the model reads it. */
interface ReadRequest {
  model: FakeModel;
  parts: ReturnType<typeof promptParts>;
  edits: Edited;
}

export class Api {
  readonly key: string;
  readonly gate = new Gate();
  readonly queue: Behaviour[] = [];
  readonly models: FakeModel[] = fakeModels.map((model) => ({ ...model }));
  readonly clock = { now: Date.parse('2026-11-24T09:00:00Z') };
  readonly rates = new RateLimits();
  fallback: ((body: MessagesBody) => Behaviour) | undefined;
  readonly #cache = new PromptCache();
  readonly #given = new GivenThinking();
  readonly #diagnostics = new CacheDiagnostics();

  constructor(key: string) {
    this.key = key;
  }

  /** Answers one request. `announce` is called when a request for a message has come. Throws `ApiFailure`. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    recorded: RecordedRequest,
    requestId: string,
    announce: () => void,
  ): Promise<void> {
    const raw = await readBody(request);
    checkHeaders(request, this.key);
    const { path } = recorded;
    const counting = path === '/v1/messages/count_tokens';
    if (path === '/v1/messages' || counting) {
      if (recorded.method !== 'POST') throw new ApiFailure(405, 'Method Not Allowed');
      recorded.body = parseJson(raw);
      if (!counting) announce();
      const betas = String(request.headers['anthropic-beta'] ?? '').split(',');
      const body = parseBody(
        recorded.body,
        String(request.headers['anthropic-version']),
        counting,
        betas.map((beta) => beta.trim()).filter((beta) => beta !== ''),
      );
      const read = this.#read(body);
      if (counting) return sendJson(response, recorded, 200, { input_tokens: tokensOf(read.parts) });
      return this.#message(body, read, response, recorded, requestId);
    }
    if (path !== '/v1/models' && !path.startsWith('/v1/models/')) throw new ApiFailure(404, 'Not found');
    if (recorded.method !== 'GET') throw new ApiFailure(405, 'Method Not Allowed');
    const id = decodeURIComponent(path.slice('/v1/models/'.length));
    const query = new URLSearchParams(recorded.query);
    sendJson(response, recorded, 200, id ? oneModel(id, this.models) : modelPage(query, this.models));
  }

  /** The checks that need the model. */
  #read(body: MessagesBody): ReadRequest {
    const model = this.models.find(({ id }) => id === body.model);
    if (!model || model.lifecycle === 'retired') throw new ApiFailure(404, `model: ${body.model}`);
    const messages = conversation(body);
    if (body.max_tokens > model.maxOutput)
      refuse(
        `max_tokens: ${body.max_tokens} > ${model.maxOutput}, which is the maximum allowed number of output tokens for ${model.id}`,
      );
    checkThinking(body, model);
    if (body.output_config?.format && !model.structured)
      refuse(`output_config.format: '${model.id}' does not support structured outputs.`);
    checkTurnBegins(body, messages);
    this.#given.check(messages);
    if (!model.prefill && messages.at(-1)?.role === 'assistant' && !this.#given.isPaused(messages))
      refuse(
        'This model does not support assistant message prefill. The conversation must end with a user message.',
      );
    checkModelEdits(body, model);
    const partsOf = (one: MessagesBody) => promptParts(one, model, this.key);
    const edits = edited(body, (one) => tokensOf(partsOf(one)));
    return { model, parts: partsOf(edits.body), edits };
  }

  async #message(
    body: MessagesBody,
    { model, parts, edits }: ReadRequest,
    response: ServerResponse,
    recorded: RecordedRequest,
    requestId: string,
  ): Promise<void> {
    const tokens = tokensOf(parts);
    if (tokens > model.window) refuse(`prompt is too long: ${tokens} tokens > ${model.window} maximum`);
    try {
      this.rates.take(tokens, this.clock.now);
    } finally {
      for (const [name, value] of Object.entries(this.rates.headers(this.clock.now)))
        response.setHeader(name, value);
    }
    const behaviour =
      body.max_tokens === 0
        ? preWarmed
        : (this.queue.shift() ?? this.fallback?.(body) ?? echo(body, model.factor));
    if (fails(behaviour)) return failAs(behaviour, response, recorded);
    const blocks = blocksOfBehaviour(behaviour);
    const usage = this.#cache.account(parts, model, this.clock.now);
    const context = {
      model: model.id,
      messageId: requestId.replace('req_', 'msg_'),
      requestId,
      usage,
      applied: edits.applied,
      compacts: edits.compacts,
      factor: model.factor,
      speed: body.speed ?? ('standard' as const),
      diagnostics: this.#diagnostics.explain(body, parts),
    };
    this.#diagnostics.remember(context.messageId, model.id, parts);
    this.#given.remember(blocks, stopFields(behaviour).stop_reason);
    this.rates.answered(outputTokens(blocks, model.factor).output_tokens);
    if (!body.stream && behaviour.kind !== 'disconnect' && behaviour.kind !== 'stall')
      return sendJson(response, recorded, 200, plainMessage(context, blocks, stopFields(behaviour)));
    recorded.status = 200;
    if (!body.stream) {
      // Without a stream there is nothing to cut off but the beginning.
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":');
      if (behaviour.kind === 'disconnect') response.destroy();
      return;
    }
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
    });
    await streamAnswer(response, context, behaviour, this.gate);
  }
}

const fails = (behaviour: Behaviour): behaviour is FailingBehaviour =>
  ['error', 'hang_up', 'silence', 'raw'].includes(behaviour.kind);

function failAs(behaviour: FailingBehaviour, response: ServerResponse, recorded: RecordedRequest): void {
  switch (behaviour.kind) {
    case 'error': {
      const { status, message, errorCode, retryAfter } = behaviour;
      const after = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      throw new ApiFailure(status, message ?? 'Scripted', { ...after, ...behaviour.headers }, errorCode);
    }
    case 'hang_up':
      response.destroy();
      return;
    case 'silence':
      return;
    case 'raw':
      recorded.status = behaviour.status;
      response.writeHead(behaviour.status, behaviour.headers);
      response.end(behaviour.body);
      return;
    default:
      behaviour satisfies never;
  }
}
