import type { Assistant } from '../../core/assistant.ts';
import { CausewayError, notFound } from '../../core/errors.ts';
import type { Log } from '../../core/ports.ts';
import { eventsQuery, type StreamEnded } from '../../protocol/bridge.ts';
import type { SessionEvent } from '../../protocol/turnEvents.ts';
import { EventStream, eventStreamHeaders, type StreamLimits } from '../eventStream.ts';
import { eventText } from '../eventText.ts';
import type { Principal, Route, RouteCall } from '../exchange.ts';
import { lostRight } from '../middleware/scope.ts';
import { FieldError, parseQuery } from '../parse.ts';
import { mayUse, sessionOf } from '../sessionAccess.ts';

/** A page of the log is held as a whole while it is told. */
const pageSize = 50;
/** Most events that wait while a reader is told what it missed, or one is masked. */
const mostWaiting = 10_000;
/**
 * How long a client that may not read any more has for the word that says so, in ms: on this machine it takes one, and
 * what is open is to end within a second.
 */
const lastWordMs = 250;

/**
 * What happens in a session, as the panel hears it. The id of an appended entry's event is its place in the log:
 * a client that comes back with it as `Last-Event-ID`, or with `?after=`, is told first what it missed. When a client may
 * not read the session any more, its last event says why.
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
        const told = new AbortController();
        const over = AbortSignal.any([call.signal, reader.cut]);
        if (over.aborted) told.abort();
        over.addEventListener('abort', () => {
          const lost = lostRight(call.presence, 'sessions:read');
          if (!lost) return told.abort();
          lastWord(reader, sessionId, lost);
          setTimeout(() => told.abort(), lastWordMs).unref();
        });
        const failed = (error: unknown) => {
          log.error('The events of a session could not be passed on.', error);
          if (error instanceof CausewayError) lastWord(reader, sessionId, error);
          reader.end();
        };
        follow(assistant, sessionId, after, reader, { over, principal: call.principal, failed }).catch(
          failed,
        );
        return { status: 200, headers: { ...eventStreamHeaders }, body: reader, cut: told.signal };
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

interface Following {
  over: AbortSignal;
  principal: Principal;
  /** The events can be told no further. */
  failed(error: unknown): void;
}

/** What was stored without being masked may be in it. */
const holdsLog = ({ type }: SessionEvent): boolean =>
  type === 'entry.appended' || type === 'turn.ended' || type === 'session.changed';

/** Rejects where the events cannot be told any further. */
async function follow(
  assistant: Assistant,
  sessionId: string,
  after: number | undefined,
  reader: EventStream,
  { over, principal, failed }: Following,
): Promise<void> {
  const waiting: SessionEvent[] = [];
  /** What is missed is being told, or an event. */
  let telling = true;
  let told = after ?? 0;
  const tell = (event: SessionEvent) => {
    const place = event.type === 'entry.appended' ? event.entry.seq : undefined;
    // What was told from the log may come once more from the subscription.
    if (place !== undefined && after !== undefined && place <= told) return;
    told = place ?? told;
    reader.send(event.type, eventText(event), place === undefined ? undefined : String(place));
    if (event.type === 'session.purged') reader.end();
  };
  /** In their order: an entry is masked as the log is, which another process or an import may have left undone. */
  const tellWaiting = async () => {
    telling = true;
    for (let event = waiting.shift(); event && !reader.isOver; event = waiting.shift())
      tell(holdsLog(event) ? await assistant.told.event(event) : event);
    telling = false;
  };
  const subscription = assistant.onEvent((event) => {
    if (event.sessionId !== sessionId || reader.isOver) return;
    if (event.type === 'session.changed' && !mayUse(principal, event.session))
      return lastWord(reader, sessionId, notFound('session', sessionId));
    if (waiting.length >= mostWaiting) return reader.overflow();
    waiting.push(event);
    if (!telling) tellWaiting().catch((error: unknown) => failed(error));
  });
  const leave = () => {
    subscription.dispose();
    reader.end();
  };
  if (over.aborted) leave();
  over.addEventListener('abort', leave, { once: true });
  if (after !== undefined) await replay();
  await tellWaiting();

  async function replay() {
    for (;;) {
      const entries = await assistant.told.log(sessionId, { afterSeq: told, limit: pageSize });
      for (const entry of entries) {
        await reader.room();
        tell({ type: 'entry.appended', sessionId, entry });
      }
      if (entries.length < pageSize || reader.isOver) return;
    }
  }
}

/** Ends a stream with an event that says why. */
function lastWord(reader: EventStream, sessionId: string, { code, message }: CausewayError): void {
  const event: StreamEnded = { type: 'stream.ended', sessionId, error: { code, message } };
  reader.send(event.type, JSON.stringify(event));
  reader.end();
}
