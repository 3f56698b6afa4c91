import type { Assistant } from '../../core/assistant.ts';
import type { Log } from '../../core/ports.ts';
import { eventsQuery } from '../../protocol/bridge.ts';
import type { SessionEvent } from '../../protocol/turnEvents.ts';
import { EventStream, eventStreamHeaders, type StreamLimits } from '../eventStream.ts';
import { eventText } from '../eventText.ts';
import type { Route, RouteCall } from '../exchange.ts';
import { FieldError, parseQuery } from '../parse.ts';
import { sessionOf } from '../sessionAccess.ts';

/** A page of the log is held as a whole while it is told. */
const pageSize = 50;
/** Most events that happen while a reader is told what it missed. */
const mostWaiting = 10_000;

/**
 * What happens in a session, as the panel hears it. The id of an appended entry's event is its place in the log:
 * a client that comes back with it as `Last-Event-ID`, or with `?after=`, is told first what it missed.
 */
export function eventRoutes(assistant: Assistant, streams: StreamLimits, log: Log): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/v1/sessions/{id}/events',
      scope: 'sessions:read',
      async answer(call) {
        const sessionId = call.params.id ?? '';
        const after = placeOf(call);
        await sessionOf(assistant, sessionId, call.principal);
        const reader = new EventStream(streams);
        const cut = AbortSignal.any([call.signal, reader.cut]);
        void follow(assistant, sessionId, after, reader, cut).catch((error: unknown) => {
          log.error('The events of a session could not be passed on.', error);
          reader.end();
        });
        return { status: 200, headers: { ...eventStreamHeaders }, body: reader, cut };
      },
    },
  ];
}

function placeOf({ query, request }: RouteCall): number | undefined {
  const { after } = parseQuery(query, eventsQuery);
  const last = request.headers.get('last-event-id');
  if (last === undefined) return after;
  if (!/^\d{1,15}$/.test(last)) throw new FieldError('Last-Event-ID', 'another text', 'the id of an event');
  return Number(last);
}

async function follow(
  assistant: Assistant,
  sessionId: string,
  after: number | undefined,
  reader: EventStream,
  cut: AbortSignal,
): Promise<void> {
  let waiting: SessionEvent[] | undefined = [];
  let told = after ?? 0;
  const tell = (event: SessionEvent) => {
    const place = event.type === 'entry.appended' ? event.entry.seq : undefined;
    // What was told from the log may come once more from the subscription.
    if (place !== undefined && after !== undefined && place <= told) return;
    told = place ?? told;
    reader.send(event.type, eventText(event), place === undefined ? undefined : String(place));
  };
  const subscription = assistant.onEvent((event) => {
    if (event.sessionId !== sessionId) return;
    if (!waiting) tell(event);
    else if (waiting.length < mostWaiting) waiting.push(event);
    else reader.overflow();
    if (event.type === 'session.purged') reader.end();
  });
  const leave = () => {
    subscription.dispose();
    reader.end();
  };
  if (cut.aborted) leave();
  cut.addEventListener('abort', leave, { once: true });
  if (after !== undefined) await replay();
  const missed = waiting;
  waiting = undefined;
  for (const event of missed) tell(event);

  async function replay() {
    for (;;) {
      const entries = await assistant.sessions.log(sessionId, { afterSeq: told, limit: pageSize });
      for (const entry of entries) {
        await reader.room();
        tell({ type: 'entry.appended', sessionId, entry });
      }
      if (entries.length < pageSize || cut.aborted) return;
    }
  }
}
