/** A program's call of a model that belongs to a session: one turn of it, answered in the program's own wire. */
import type { Assistant, FollowedTurn, ProviderEvent } from '../../core/assistant.ts';
import { CausewayError, fromErrorInfo, scopeMissing, turnWithdrawn, unexpected } from '../../core/errors.ts';
import { budgetOf } from '../../core/limits/budget.ts';
import type { Limiter } from '../../core/limits/limiter.ts';
import type { CallBudget } from '../../core/limits/spending.ts';
import type { Log } from '../../core/ports.ts';
import type { ClientScope, KeyedRequest } from '../../core/register.ts';
import type { RelayWire } from '../../core/relay.ts';
import type { Usage } from '../../protocol/content.ts';
import type { AssistantEntry } from '../../protocol/entries.ts';
import type { TurnEvent } from '../../protocol/turnEvents.ts';
import type { TurnOfSession } from '../../protocol/wires/responsesState.ts';
import { AnswerEvents, partsOf, wireMessageOf } from '../../protocol/wires/sessionAnswer.ts';
import type { ReadRequest } from '../../protocol/wires/sessionRequest.ts';
import { cacheHeaders, cacheUseOf } from '../cache/cacheUse.ts';
import { EventStream, eventStreamHeaders, type StreamLimits } from '../eventStream.ts';
import type { Principal, RouteCall } from '../exchange.ts';
import { type BridgeResponse, json } from '../http.ts';
import type { KeyedRequests } from '../keyed/keyedRequests.ts';
import { replayedHeader, requestKeyOf } from '../keyed/requestKey.ts';
import { groundedWithin } from '../routes/turns.ts';
import { madeBy, ownerOf, sessionOf } from '../sessionAccess.ts';
import { type Binding, sessionHeader, turnHeader } from './binding.ts';
import { wireStatus } from './wireStatus.ts';
import { ignoredHeaders, type WireWriter } from './wireWriter.ts';

export interface SessionCallsDeps {
  assistant: Assistant;
  limiter: Limiter;
  keyed: KeyedRequests;
  streams: StreamLimits;
  log: Log;
}

export interface SessionCall {
  wire: RelayWire;
  binding: Binding;
  request: ReadRequest;
  /** How the answer is written, once it is known which turn it is. */
  writer(of: TurnOfSession): WireWriter;
  /** Fields of the program's own request that have no effect. */
  ignored: readonly string[];
}

export class SessionCalls {
  readonly #deps: SessionCallsDeps;

  constructor(deps: SessionCallsDeps) {
    this.#deps = deps;
  }

  /** Errors from before the session is known are thrown; later ones are answered in the wire's shape, with its id. */
  async answer(call: RouteCall, asked: SessionCall): Promise<BridgeResponse> {
    const { assistant, limiter, keyed } = this.#deps;
    const { wire, binding } = asked;
    const { principal } = call;
    for (const scope of neededScopes(binding)) requireScope(principal, scope);
    const { stream: _, ...request } = asked.request;
    const key = requestKeyOf(call, ['call', wire, binding, request]);
    const known = key && (await keyed.find(key));
    const { id, isNew } = known
      ? { id: (await sessionOf(assistant, known.sessionId, principal)).id, isNew: false }
      : await this.#session(principal, asked);
    const turnId = known?.turnId ?? crypto.randomUUID();
    const writer = asked.writer({ sessionId: id, turnId });
    const headers = { ...ignoredHeaders(asked.ignored), [sessionHeader]: id };
    const client = principal.kind === 'client' ? principal.client : undefined;
    let place: { settle(of: Record<string, never>): void } | undefined;
    let isDropped = false;
    // Nobody is told of a session that began with a request that was refused, and there is nothing in it.
    const drop = isNew
      ? async () => {
          if (isDropped) return;
          isDropped = true;
          await assistant.sessions.purge(id);
        }
      : undefined;
    try {
      const limits = {
        budget: client && budgetOf(limiter, client),
        async take() {
          place = client && (await limiter.take(client, { parallel: 1 }));
        },
        over: () => place?.settle({}),
      };
      return await this.#turn(call, asked, { sessionId: id, turnId, drop, key, writer, headers, limits });
    } catch (error) {
      place?.settle({});
      await drop?.();
      if (!(error instanceof CausewayError)) throw error;
      // What keeps a provider from answering comes as it would from a turn, without a status.
      if (isNew) throw error.status === 500 ? wireStatus(error) : error;
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
    { binding, request, ignored, writer: writerOf }: SessionCall,
    { sessionId, turnId, drop, key, headers, limits, ...within }: Within,
  ): Promise<BridgeResponse> {
    const { assistant, keyed, streams, log } = this.#deps;
    let { writer } = within;
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
    const { recall, grounding, model, whole, afterTurnId } = binding;
    const cache = cacheUseOf(call.request, call.principal);
    let hit = false;
    let unmet: string[] = [];
    const start = async (id: string, turn: string, signal: AbortSignal) => {
      // The same request came twice at once, and the other one's session and turn are those that stand.
      if (turn !== turnId) writer = writerOf({ sessionId: id, turnId: turn });
      await limits.take();
      const started = await assistant.startClientTurn(
        id,
        {
          ...madeBy(call.principal),
          turnId: turn,
          model,
          whole,
          ...(afterTurnId === undefined ? {} : { afterTurnId }),
          messages: request.messages,
          system: request.system,
          tools: request.tools,
          maxOutputTokens: request.maxOutputTokens,
          options: request.options,
          ...(recall === undefined ? {} : { recall }),
          ...groundedWithin(call.principal, grounding === undefined ? {} : { grounding }),
          ...(cache && {
            cache: {
              ...cache,
              told(found: boolean) {
                hit = found;
              },
            },
          }),
        },
        { hear, signal, budget: limits.budget },
      );
      unmet = started.unmet.map(writer.nameOf);
      return started;
    };
    const { turn, replayed } = key
      ? await keyed.turn({
          key,
          gone,
          turnId,
          session: async () => sessionId,
          check: (id) => sessionOf(assistant, id, call.principal),
          start,
          drop,
        })
      : { turn: await start(sessionId, turnId, gone), replayed: false };
    if (turn.turnId !== turnId) writer = writerOf(turn);
    if (turn.sessionId !== sessionId) await drop?.();
    const told = {
      ...headers,
      ...ignoredHeaders([...ignored, ...unmet]),
      [sessionHeader]: turn.sessionId,
      [turnHeader]: turn.turnId,
      ...(replayed ? { [replayedHeader]: 'true' } : {}),
    };
    // SDKs send the same key with each of their attempts, which would all be told of the same failure.
    const failing = key ? { ...told, 'x-should-retry': 'false' } : told;
    const fromCache = () => (replayed ? {} : cacheHeaders(cache, hit));
    // Each request of the turn has its line in the log of calls by itself.
    const ended = this.#ended(turn).finally(limits.over);
    if (!request.stream) {
      const { entry, usage, error } = await ended;
      if (error) return failure(writer, error, failing);
      const message = wireMessageOf(
        events.head,
        entry?.content ?? [],
        entry?.stopReason ?? null,
        usage ?? noUsage,
      );
      return json(200, writer.whole(message), { ...told, ...fromCache() });
    }
    const failed = await Promise.race([begun, ended]);
    if (failed?.error && !events.begun) return failure(writer, failed.error, failing);
    void ended
      .then(({ entry, usage, error }) => {
        if (error) reader.write(writer.failed(error));
        else {
          if (replayed)
            for (const part of partsOf(entry?.content ?? []))
              for (const event of events.read(part)) reader.write(writer.event(event));
          for (const event of events.last(entry?.stopReason ?? null, usage ?? noUsage))
            reader.write(writer.event(event));
        }
      })
      .catch((error: unknown) => log.error('The end of a turn could not be passed on.', error))
      .finally(() => reader.end());
    const streamed = { ...eventStreamHeaders, ...told, ...fromCache() };
    return { status: 200, headers: streamed, body: reader, cut: gone };
  }

  /** How the turn ended, which its session has by then. */
  async #ended(turn: FollowedTurn): Promise<Ended> {
    let last: TurnEvent | undefined;
    for await (const event of turn.events) last = event;
    if (last?.type === 'turn.withdrawn') return { usage: undefined, error: turnWithdrawn() };
    if (last?.type !== 'turn.ended' || last.entry.kind !== 'assistant')
      return { usage: undefined, error: unexpected(last?.type) };
    const { entry } = last;
    // What its last request took is what the client is told.
    const usage = entry.requestUsage ?? entry.usage;
    switch (entry.outcome) {
      case 'done':
        return { entry, usage };
      case 'stopped':
        return { entry, usage, error: answerStopped() };
      case 'failed':
      case 'interrupted':
      case undefined:
        return {
          entry,
          usage,
          error: wireStatus(entry.error ? fromErrorInfo(entry.error) : unexpected(undefined)),
        };
      default:
        return entry.outcome satisfies never;
    }
  }
}

interface Within extends TurnOfSession {
  /** Does away with a session that was made for this call, once; undefined where it was there before. */
  drop: (() => Promise<void>) | undefined;
  /** Of a call that may be sent again. */
  key: KeyedRequest | undefined;
  writer: WireWriter;
  headers: Record<string, string>;
  /** `take` takes a place among turns at once, and `over` gives it back. */
  limits: { budget: CallBudget | undefined; take(): Promise<void>; over(): void };
}

interface Ended {
  entry?: AssistantEntry;
  usage: Usage | undefined;
  error?: CausewayError;
}

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
