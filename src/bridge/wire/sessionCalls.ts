/** A program's call of a model that belongs to a session: one turn of it, answered in the program's own wire. */
import type { Assistant, ProviderEvent, StartedTurn } from '../../core/assistant.ts';
import { CausewayError, fromErrorInfo, scopeMissing, turnWithdrawn, unexpected } from '../../core/errors.ts';
import { budgetOf } from '../../core/limits/budget.ts';
import type { Limiter } from '../../core/limits/limiter.ts';
import type { CallBudget } from '../../core/limits/spending.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { ClientScope } from '../../core/register.ts';
import type { ModelRelay, RelayOutcome, RelayWire } from '../../core/relay.ts';
import type { Usage } from '../../protocol/content.ts';
import type { AssistantEntry } from '../../protocol/entries.ts';
import type { TurnEvent } from '../../protocol/turnEvents.ts';
import { AnswerEvents, wireMessageOf } from '../../protocol/wires/sessionAnswer.ts';
import type { ReadRequest } from '../../protocol/wires/sessionRequest.ts';
import { EventStream, eventStreamHeaders, type StreamLimits } from '../eventStream.ts';
import type { Principal, RouteCall } from '../exchange.ts';
import { type BridgeResponse, json } from '../http.ts';
import { groundedWithin } from '../routes/turns.ts';
import { madeBy, ownerOf, sessionOf } from '../sessionAccess.ts';
import { type Binding, sessionHeader, turnHeader } from './binding.ts';
import { wireStatus } from './wireStatus.ts';
import type { WireWriter } from './wireWriter.ts';

export interface SessionCallsDeps {
  assistant: Assistant;
  relay: ModelRelay;
  limiter: Limiter;
  streams: StreamLimits;
  clock: Clock;
  log: Log;
}

export interface SessionCall {
  wire: RelayWire;
  binding: Binding;
  request: ReadRequest;
  writer: WireWriter;
}

export class SessionCalls {
  readonly #deps: SessionCallsDeps;

  constructor(deps: SessionCallsDeps) {
    this.#deps = deps;
  }

  /** Errors from before the session is known are thrown; later ones are answered in the wire's shape, with its id. */
  async answer(call: RouteCall, asked: SessionCall): Promise<BridgeResponse> {
    const { relay, limiter } = this.#deps;
    const { wire, binding, writer } = asked;
    const { principal } = call;
    for (const scope of neededScopes(binding)) requireScope(principal, scope);
    // Whether anything may leave at all; what the turn sends is more than the request, so its own budget is held to.
    await relay.authorise(
      { kind: 'owner' },
      { wire, operation: 'messages', model: binding.model, size: () => nothing },
    );
    const { id, isNew } = await this.#session(principal, asked);
    const headers = { ...writer.headers, [sessionHeader]: id };
    const client = principal.kind === 'client' ? principal.client : undefined;
    let place: { settle(of: Record<string, never>): void } | undefined;
    try {
      place = client && (await limiter.take(client, { parallel: 1 }));
      const limits = { budget: client && budgetOf(limiter, client), over: () => place?.settle({}) };
      return await this.#turn(call, asked, { sessionId: id, headers, limits });
    } catch (error) {
      place?.settle({});
      // Nobody is told of it, and there is nothing in it.
      if (isNew) await this.#deps.assistant.sessions.purge(id);
      if (isNew || !(error instanceof CausewayError)) throw error;
      const response = writer.errorShape(error);
      return { ...response, headers: { ...response.headers, ...headers } };
    }
  }

  async #session(
    principal: Principal,
    { binding, request }: SessionCall,
  ): Promise<{ id: string; isNew: boolean }> {
    const { assistant } = this.#deps;
    const by = madeBy(principal);
    if (binding.session === 'new' || binding.session === 'auto') {
      const known =
        binding.session === 'auto'
          ? await assistant.conversationOf({ messages: request.messages, ...by, ...ownerOf(principal) })
          : undefined;
      if (known !== undefined) return { id: known, isNew: false };
      return { id: (await assistant.sessions.create({ ...by, ...ownerOf(principal) })).id, isNew: true };
    }
    return { id: (await sessionOf(assistant, binding.session, principal)).id, isNew: false };
  }

  async #turn(
    call: RouteCall,
    { binding, request, writer }: SessionCall,
    { sessionId, headers, limits }: Within,
  ): Promise<BridgeResponse> {
    const { assistant, streams, log } = this.#deps;
    const reader = new EventStream(streams);
    const gone = AbortSignal.any([call.signal, reader.cut]);
    const events = new AnswerEvents({
      id: `msg_${crypto.randomUUID().replaceAll('-', '')}`,
      model: binding.model,
    });
    let tellBegun = () => {};
    const begun = new Promise<void>((resolve) => {
      tellBegun = resolve;
    });
    const hear = (event: ProviderEvent) => {
      for (const told of isPart(event) ? events.read(event) : []) {
        if (request.stream) reader.write(writer.event(told));
        tellBegun();
      }
    };
    const { recall, grounding, model, whole } = binding;
    const turn = await assistant.startClientTurn(
      sessionId,
      {
        ...madeBy(call.principal),
        model,
        whole,
        messages: request.messages,
        system: request.system,
        tools: request.tools,
        maxOutputTokens: request.maxOutputTokens,
        options: request.options,
        ...(recall === undefined ? {} : { recall }),
        ...groundedWithin(call.principal, grounding === undefined ? {} : { grounding }),
      },
      hear,
      gone,
      limits.budget,
    );
    const told = { ...headers, [turnHeader]: turn.turnId };
    // Each request of the turn has its line in the log of calls by itself.
    const ended = this.#ended(turn).finally(limits.over);
    if (!request.stream) {
      const { entry, usage, error } = await ended;
      if (error) return failure(writer, error, told);
      const message = wireMessageOf(
        events.head,
        entry?.content ?? [],
        entry?.stopReason ?? null,
        usage ?? noUsage,
      );
      return json(200, writer.whole(message), told);
    }
    const failed = await Promise.race([begun, ended]);
    if (failed?.error && !events.begun) return failure(writer, failed.error, told);
    void ended
      .then(({ entry, usage, error }) => {
        if (error) reader.write(writer.failed(error));
        else
          for (const event of events.last(entry?.stopReason ?? null, usage ?? noUsage))
            reader.write(writer.event(event));
      })
      .catch((error: unknown) => log.error('The end of a turn could not be passed on.', error))
      .finally(() => reader.end());
    return { status: 200, headers: { ...eventStreamHeaders, ...told }, body: reader, cut: gone };
  }

  /** How the turn ended, which its session has by then. */
  async #ended(turn: StartedTurn): Promise<Ended> {
    let last: TurnEvent | undefined;
    for await (const event of turn.events) last = event;
    if (last?.type === 'turn.withdrawn')
      return { outcome: 'aborted', usage: undefined, error: turnWithdrawn() };
    if (last?.type !== 'turn.ended' || last.entry.kind !== 'assistant')
      return { outcome: 'failed', usage: undefined, error: unexpected(last?.type) };
    const { entry } = last;
    // What its last request took is what the client is told.
    const usage = entry.requestUsage ?? entry.usage;
    switch (entry.outcome) {
      case 'done':
        return { outcome: 'done', entry, usage };
      case 'stopped':
        return { outcome: 'aborted', usage, error: answerStopped() };
      case 'failed':
      case 'interrupted':
      case undefined:
        return {
          outcome: 'failed',
          usage,
          error: wireStatus(entry.error ? fromErrorInfo(entry.error) : unexpected(undefined)),
        };
      default:
        return entry.outcome satisfies never;
    }
  }
}

interface Within {
  sessionId: string;
  headers: Record<string, string>;
  /** `over` gives the place among turns at once back. */
  limits: { budget: CallBudget | undefined; over(): void };
}

interface Ended {
  outcome: RelayOutcome;
  entry?: AssistantEntry;
  usage: Usage | undefined;
  error?: CausewayError;
}

const nothing = { bytes: 0, open: false, pictures: 0 };
const noUsage: Usage = { inputTokens: 0, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0 };

const answerStopped = () =>
  new CausewayError('stopped', 'The answer was stopped. What had arrived is in the session.', {
    status: 409,
  });

/** An answer brings in what was said before it, so that it is read as well. */
const neededScopes = ({ session }: Binding): ClientScope[] =>
  session === 'new'
    ? ['turns', 'sessions:write']
    : session === 'auto'
      ? ['turns', 'sessions:read', 'sessions:write']
      : ['turns', 'sessions:read'];

function requireScope(principal: Principal, scope: ClientScope): void {
  if (principal.kind === 'client' && !principal.client.scopes.includes(scope)) throw scopeMissing(scope);
}

function failure(writer: WireWriter, error: CausewayError, headers: Record<string, string>): BridgeResponse {
  const response = writer.errorShape(error);
  return { ...response, headers: { ...response.headers, ...headers } };
}

type Part = Extract<ProviderEvent, { type: Parameters<AnswerEvents['read']>[0]['type'] }>;
const partTypes: ReadonlySet<string> = new Set<Part['type']>([
  'start',
  'text',
  'thinking',
  'thinking_signature',
  'redacted_thinking',
  'tool_use',
  'usage',
]);
const isPart = (event: ProviderEvent): event is Part => partTypes.has(event.type);
