/** From changes of the store to the events every door hears. */
import type { SessionEvent } from '../protocol/turnEvents.ts';
import type { StoreChange } from './session/store.ts';

/**
 * A turn's end is told here and nowhere else: whichever process wrote the terminal entry, and however the turn
 * ended, there is one such entry, so there is one such event.
 */
export function eventsOf(change: StoreChange): SessionEvent[] {
  switch (change.type) {
    case 'appended':
      return change.entries.flatMap((entry): SessionEvent[] => {
        const appended: SessionEvent = { type: 'entry.appended', sessionId: change.sessionId, entry };
        return entry.kind === 'assistant' && entry.outcome !== undefined
          ? [appended, { type: 'turn.ended', sessionId: change.sessionId, turnId: entry.turnId, entry }]
          : [appended];
      });
    case 'session':
      return [{ type: 'session.changed', sessionId: change.session.id, session: change.session }];
    case 'purged':
      return [{ type: 'session.purged', sessionId: change.sessionId }];
    case 'queue':
      return [{ type: 'queue.changed', sessionId: change.sessionId, queue: change.queue }];
    case 'progress':
      return [
        {
          type: 'turn.progress',
          sessionId: change.sessionId,
          turnId: change.turnId,
          content: change.content,
        },
      ];
    // It is read by whoever shows it.
    case 'imported':
    case 'turn_live':
    case 'free':
    case 'notice':
      return [];
    default:
      return change satisfies never;
  }
}
