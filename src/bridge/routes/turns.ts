import type { Assistant, StartedTurn } from '../../core/assistant.ts';
import { fromErrorInfo, turnWithdrawn, unexpected } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { startTurnBody, type TurnResult } from '../../protocol/bridge.ts';
import { plainText } from '../../protocol/content.ts';
import type { AssistantEntry } from '../../protocol/entries.ts';
import type { TurnEvent } from '../../protocol/turnEvents.ts';
import type { BodyReader } from '../body.ts';
import { EventStream, eventStreamHeaders, type StreamLimits } from '../eventStream.ts';
import { eventText } from '../eventText.ts';
import type { Route, RouteCall } from '../exchange.ts';
import { type BridgeResponse, errorResponse, json } from '../http.ts';
import { parseJson } from '../parse.ts';
import { statusOfCode } from '../statuses.ts';
import { madeBy, sessionOf } from './sessions.ts';

export interface TurnRouteDeps {
  assistant: Assistant;
  bodies: BodyReader;
  streams: StreamLimits;
  log: Log;
}

export function turnRoutes({ assistant, bodies, streams, log }: TurnRouteDeps): Route[] {
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
        await sessionOf(assistant, id);
        const { stream, detached, ...input } = parseJson(await bodies.text(request), startTurnBody);
        return answerWithTurn(
          { streams, log },
          { call, stream, detached, result: (turn) => json(200, turn) },
          (signal) => assistant.startTurn(id, { ...input, ...madeBy(principal) }, signal),
        );
      },
    },
    {
      method: 'POST',
      pattern: '/v1/sessions/{id}/stop',
      scope: 'turns',
      async answer({ params: { id = '' } }) {
        await sessionOf(assistant, id);
        return json(200, { stopped: await assistant.stopTurn(id) });
      },
    },
  ];
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

/** Starts a turn and answers with its result or with its events. The signal ends with the caller. */
export async function answerWithTurn(
  { streams, log }: Pick<TurnRouteDeps, 'streams' | 'log'>,
  { call, stream, detached, result }: TurnAnswer,
  start: (signal: AbortSignal) => Promise<StartedTurn>,
): Promise<BridgeResponse> {
  const reader = new EventStream(streams);
  const gone = AbortSignal.any([call.signal, reader.cut]);
  const hold = detached === true ? call.hold() : undefined;
  const started = start(hold?.signal ?? gone);
  if (!(stream ?? wantsEvents(call)))
    return started.then((turn) => resultOf(turn, result)).finally(hold?.release);
  const turn = await started.catch((error: unknown) => {
    hold?.release();
    throw error;
  });
  void follow(turn, reader)
    .catch((error: unknown) => {
      log.error('The events of a turn could not be passed on.', error);
      reader.end();
    })
    .finally(hold?.release);
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
  return result({ sessionId, turnId, outcome, text: plainText(content), entry });
}

function failed({ turnId, error }: AssistantEntry): BridgeResponse {
  const known = error === undefined ? unexpected(undefined) : fromErrorInfo(error);
  return { ...errorResponse(known, { turnId }), status: statusOfCode(known.code) ?? 502 };
}
