import type { AnswerUse, Assistant, FollowedTurn } from '../../core/assistant.ts';
import { fromErrorInfo, scopeMissing, turnWithdrawn, unexpected } from '../../core/errors.ts';
import { budgetOf } from '../../core/limits/budget.ts';
import type { Limiter } from '../../core/limits/limiter.ts';
import type { CallBudget } from '../../core/limits/spending.ts';
import type { Log } from '../../core/ports.ts';
import type { KeyedRequest } from '../../core/register.ts';
import { startTurnBody, type TurnResult } from '../../protocol/bridge.ts';
import { plainText } from '../../protocol/content.ts';
import type { AssistantEntry } from '../../protocol/entries.ts';
import { leanEntry } from '../../protocol/lean.ts';
import type { TurnEvent } from '../../protocol/turnEvents.ts';
import type { TurnInput } from '../../protocol/turnInput.ts';
import type { BodyReader } from '../body.ts';
import { cacheHeaders, cacheUseOf } from '../cache/cacheUse.ts';
import { EventStream, eventStreamHeaders, type StreamLimits } from '../eventStream.ts';
import { eventText } from '../eventText.ts';
import type { Principal, Route, RouteCall } from '../exchange.ts';
import { type BridgeResponse, errorResponse, json } from '../http.ts';
import type { KeyedAnswer, KeyedCall, KeyedRequests } from '../keyed/keyedRequests.ts';
import { replayedHeader, requestKeyOf } from '../keyed/requestKey.ts';
import { parseJson } from '../parse.ts';
import { madeBy, sessionOf } from '../sessionAccess.ts';
import { statusOfCode } from '../statuses.ts';

export interface TurnRouteDeps {
  assistant: Assistant;
  bodies: BodyReader;
  streams: StreamLimits;
  log: Log;
  limiter: Limiter;
  keyed: KeyedRequests;
}

export function turnRoutes({ assistant, bodies, ...answering }: TurnRouteDeps): Route[] {
  return [
    {
      method: 'POST',
      pattern: '/v1/sessions/{id}/turns',
      scope: 'turns',
      async answer(call) {
        const {
          params: { id = '' },
          request,
          principal,
        } = call;
        await sessionOf(assistant, id, principal);
        const { stream, detached, ...asked } = parseJson(await bodies.text(request), startTurnBody);
        const input = groundedWithin(principal, asked);
        const cache = cacheUseOf(request, principal);
        return answerWithTurn(
          answering,
          {
            call,
            stream,
            detached,
            cache,
            key: requestKeyOf(call, ['turn', id, asked]),
            result: (turn) => json(200, turn),
            session: async () => id,
            check: (sessionId) => sessionOf(assistant, sessionId, principal),
          },
          (sessionId, { signal, budget, ...by }) =>
            assistant.startTurn(sessionId, { ...input, ...madeBy(principal), ...by }, signal, budget),
        );
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sessions/{id}/stop',
      scope: 'turns',
      async answer({ params: { id = '' }, principal }) {
        await sessionOf(assistant, id, principal);
        return json(200, { stopped: await assistant.stopTurn(id) });
      },
    },
  ];
}

/** Without the scope, nothing of the workspace's files goes with a turn. Throws `scope_missing` where some was asked for. */
export function groundedWithin<T extends Pick<TurnInput, 'grounding' | 'attachments'>>(
  principal: Principal,
  input: T,
): T {
  if (principal.kind === 'owner' || principal.client.scopes.includes('grounding')) return input;
  const { grounding = 'off', attachments = [] } = input;
  if (grounding !== 'off' || attachments.length > 0) throw scopeMissing('grounding');
  return { ...input, grounding };
}

interface TurnAnswer extends Pick<KeyedCall, 'session' | 'drop' | 'check'> {
  call: RouteCall;
  /** Events as they come; as the `Accept` header says when undefined. */
  stream: boolean | undefined;
  /** Goes on when the caller goes away. */
  detached: boolean | undefined;
  /** Of a request that may be sent again. */
  key: KeyedRequest | undefined;
  /** An answer that was given before will do. */
  cache: Omit<AnswerUse, 'told'> | undefined;
  /** What a turn that has ended well is answered with. */
  result(turn: TurnResult): BridgeResponse;
}

interface StartedBy {
  /** Set for a request with a key. */
  turnId?: string;
  cache?: AnswerUse;
  /** Aborts when nobody waits for the turn any more. */
  signal: AbortSignal;
  /** Of the caller's limits. */
  budget: CallBudget | undefined;
}

/**
 * Starts a turn, or finds the one that the same request began before, and answers with its result or with its events.
 * Throws `limit_parallel` and `idempotency_key_reused`.
 */
export async function answerWithTurn(
  { streams, log, limiter, keyed }: Pick<TurnRouteDeps, 'streams' | 'log' | 'limiter' | 'keyed'>,
  { call, stream, detached, key, cache, result, ...place }: TurnAnswer,
  start: (sessionId: string, by: StartedBy) => Promise<FollowedTurn>,
): Promise<BridgeResponse> {
  const reader = new EventStream(streams);
  const gone = AbortSignal.any([call.signal, reader.cut]);
  const client = call.principal.kind === 'client' ? call.principal.client : undefined;
  const hold = detached === true ? call.hold() : undefined;
  let taken: { settle(of: Record<string, never>): void } | undefined;
  const release = () => {
    taken?.settle({});
    hold?.release();
  };
  const fromCache = Promise.withResolvers<boolean | undefined>();
  const begin = async (sessionId: string, by: Omit<StartedBy, 'budget'>): Promise<FollowedTurn> => {
    // For as long as the turn lasts, also while it waits for its session. An answer that is told again takes none.
    taken = client && (await limiter.take(client, { parallel: 1 }));
    return start(sessionId, {
      ...by,
      budget: client && budgetOf(limiter, client),
      ...(cache === undefined ? {} : { cache: { ...cache, told: fromCache.resolve } }),
    });
  };
  const waits = hold?.signal ?? gone;
  const found = key
    ? keyed.turn({
        key,
        gone: waits,
        ...place,
        start: (id, turnId, signal) => begin(id, { turnId, signal }),
      })
    : begun(place, (id) => begin(id, { signal: waits }));
  const { turn, replayed } = await found.catch((error: unknown) => {
    release();
    throw error;
  });
  const told = replayed ? { [replayedHeader]: 'true' } : {};
  if (!(stream ?? wantsEvents(call))) {
    const { response, cached } = await resultOf(turn, result).finally(release);
    return { ...response, headers: { ...response.headers, ...told, ...cacheHeaders(cache, cached) } };
  }
  const toldOver = () => fromCache.resolve(undefined);
  void follow(turn, reader, toldOver)
    .catch((error: unknown) => {
      log.error('The events of a turn could not be passed on.', error);
      reader.end();
    })
    .finally(toldOver)
    .finally(release);
  // Headers go before the events; a turn that waits, or was begun before, has none to say.
  const hit = cache && !replayed ? await fromCache.promise : undefined;
  const headers = { ...eventStreamHeaders, ...told, ...(hit === undefined ? {} : cacheHeaders(cache, hit)) };
  return { status: 200, headers, body: reader, cut: gone };
}

/** Where it is refused, nobody is told of a session that was made for it, and it is not kept. */
async function begun(
  { session, drop }: Pick<TurnAnswer, 'session' | 'drop'>,
  begin: (sessionId: string) => Promise<FollowedTurn>,
): Promise<KeyedAnswer> {
  const id = await session();
  try {
    return { turn: await begin(id), replayed: false };
  } catch (error) {
    await drop?.(id);
    throw error;
  }
}

const wantsEvents = ({ request }: RouteCall): boolean =>
  (request.headers.get('accept') ?? '')
    .split(',')
    .some((one) => one.split(';')[0]?.trim().toLowerCase() === 'text/event-stream');

async function follow(turn: FollowedTurn, reader: EventStream, onWait: () => void): Promise<void> {
  // To the last event also when nobody reads: a detached turn is watched over until it ends.
  for await (const event of turn.events) {
    if (event.type === 'turn.queued') onWait();
    if (!reader.isOver) reader.send(event.type, eventText(event));
  }
  reader.end();
}

async function resultOf(
  turn: FollowedTurn,
  result: TurnAnswer['result'],
): Promise<{ response: BridgeResponse; cached: boolean }> {
  const { sessionId, turnId } = turn;
  let last: TurnEvent | undefined;
  for await (const event of turn.events) last = event;
  if (last?.type === 'turn.withdrawn')
    return { response: errorResponse(turnWithdrawn(), { turnId }), cached: false };
  if (last?.type !== 'turn.ended' || last.entry.kind !== 'assistant') throw unexpected(last?.type);
  const { entry } = last;
  const cached = entry.cached === true;
  if (entry.outcome === 'failed' || entry.outcome === 'interrupted')
    return { response: failed(entry), cached };
  const { outcome = 'done', content } = entry;
  const told = { sessionId, turnId, outcome, text: plainText(content), entry: leanEntry(entry) };
  return { response: result(told), cached };
}

function failed({ turnId, error }: AssistantEntry): BridgeResponse {
  const known = error === undefined ? unexpected(undefined) : fromErrorInfo(error);
  return { ...errorResponse(known, { turnId }), status: statusOfCode(known.code) ?? 502 };
}
