import { AsyncQueue } from '../base/asyncQueue.ts';
import type { Event } from '../base/emitter.ts';
import type { SessionEvent, TurnEvent } from '../protocol/turnEvents.ts';

/**
 * The events of one turn from now on, for one reader; the terminal event is the last.
 * A session that is purged takes its turns with it, and their streams end without one.
 */
export function turnStream(
  onEvent: Event<SessionEvent>,
  sessionId: string,
  turnId: string,
): AsyncQueue<TurnEvent> {
  const queue = new AsyncQueue<TurnEvent>(() => subscription.dispose());
  const subscription = onEvent((event) => {
    if (event.type === 'session.purged' && event.sessionId === sessionId) return queue.end();
    if (!('turnId' in event) || event.turnId !== turnId || event.type === 'turn.progress') return;
    queue.push(event);
    if (event.type === 'turn.ended' || event.type === 'turn.withdrawn') queue.end();
  });
  return queue;
}
