import type { Assistant, StartedTurn } from '../../core/assistant.ts';
import { fromErrorInfo, scopeMissing, turnWithdrawn, unexpected } from '../../core/errors.ts';
import { budgetOf } from '../../core/limits/budget.ts';
import type { Limiter } from '../../core/limits/limiter.ts';
import type { CallBudget } from '../../core/limits/spending.ts';
import type { Log } from '../../core/ports.ts';
import { startTurnBody, type TurnResult } from '../../protocol/bridge.ts';
import { plainText } from '../../protocol/content.ts';
import type { AssistantEntry } from '../../protocol/entries.ts';
import { leanEntry } from '../../protocol/lean.ts';
import type { TurnEvent } from '../../protocol/turnEvents.ts';
import type { TurnInput } from '../../protocol/turnInput.ts';
import type { BodyReader } from '../body.ts';
import { EventStream, eventStreamHeaders, type StreamLimits } from '../eventStream.ts';
import { eventText } from '../eventText.ts';
import type { Principal, Route, RouteCall } from '../exchange.ts';
import { type BridgeResponse, errorResponse, json } from '../http.ts';
import { parseJson } from '../parse.ts';
import { madeBy, sessionOf } from '../sessionAccess.ts';
import { statusOfCode } from '../statuses.ts';

export interface TurnRouteDeps {
  assistant: Assistant;
  bodies: BodyReader;
  streams: StreamLimits;
  log: Log;
  limiter: Limiter;
}

export function turnRoutes({ assistant, bodies, streams, log, limiter }: TurnRouteDeps): Route[] {
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
        return answerWithTurn(
          { streams, log, limiter },
          { call, stream, detached, result: (turn) => json(200, turn) },
          (signal, budget) => assistant.startTurn(id, { ...input, ...madeBy(principal) }, signal, budget),
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

interface TurnAnswer {
  call: RouteCall;
  /** Events as they come; as the `Accept` header says when undefined. */
  stream: boolean | undefined;
  /** Goes on when the caller goes away. */
  detached: boolean | undefined;
  /** What a turn that has ended well is answered with. */
  result(turn: TurnResult): BridgeResponse;
}

/**
 * Starts a turn and answers with its result or with its events. The signal ends with the caller; the budget is of the
 * caller's limits. Throws `limit_parallel`.
 */
export async function answerWithTurn(
  { streams, log, limiter }: Pick<TurnRouteDeps, 'streams' | 'log' | 'limiter'>,
  { call, stream, detached, result }: TurnAnswer,
  start: (signal: AbortSignal, budget: CallBudget | undefined) => Promise<StartedTurn>,
): Promise<BridgeResponse> {
  const reader = new EventStream(streams);
  const gone = AbortSignal.any([call.signal, reader.cut]);
  const client = call.principal.kind === 'client' ? call.principal.client : undefined;
  // For as long as the turn lasts, also while it waits for its session.
  const place = client && (await limiter.take(client, { parallel: 1 }));
  const hold = detached === true ? call.hold() : undefined;
  const release = () => {
    place?.settle({});
    hold?.release();
  };
  const started = start(hold?.signal ?? gone, client && budgetOf(limiter, client));
  if (!(stream ?? wantsEvents(call))) return started.then((turn) => resultOf(turn, result)).finally(release);
  const turn = await started.catch((error: unknown) => {
    release();
    throw error;
  });
  void follow(turn, reader)
    .catch((error: unknown) => {
      log.error('The events of a turn could not be passed on.', error);
      reader.end();
    })
    .finally(release);
  return { status: 200, headers: { ...eventStreamHeaders }, body: reader, cut: gone };
}

const wantsEvents = ({ request }: RouteCall): boolean =>
  (request.headers.get('accept') ?? '')
    .split(',')
    .some((one) => one.split(';')[0]?.trim().toLowerCase() === 'text/event-stream');

async function follow(turn: StartedTurn, reader: EventStream): Promise<void> {
  // To the last event also when nobody reads: a detached turn is watched over until it ends.
  for await (const event of turn.events) {
    if (!reader.isOver) reader.send(event.type, eventText(event));
  }
  reader.end();
}

async function resultOf(turn: StartedTurn, result: TurnAnswer['result']): Promise<BridgeResponse> {
  const { sessionId, turnId } = turn;
  let last: TurnEvent | undefined;
  for await (const event of turn.events) last = event;
  if (last?.type === 'turn.withdrawn') return errorResponse(turnWithdrawn(), { turnId });
  if (last?.type !== 'turn.ended' || last.entry.kind !== 'assistant') throw unexpected(last?.type);
  const { entry } = last;
  if (entry.outcome === 'failed' || entry.outcome === 'interrupted') return failed(entry);
  const { outcome = 'done', content } = entry;
  return result({ sessionId, turnId, outcome, text: plainText(content), entry: leanEntry(entry) });
}

function failed({ turnId, error }: AssistantEntry): BridgeResponse {
  const known = error === undefined ? unexpected(undefined) : fromErrorInfo(error);
  return { ...errorResponse(known, { turnId }), status: statusOfCode(known.code) ?? 502 };
}
