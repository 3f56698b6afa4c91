/**
 * Entries without the texts of their reports: what was sent besides the conversation is asked for by itself. The page does
 * not show it, and to programs it is told part by part, since not all of it is of the session.
 */
import type { Entry } from './entries.ts';
import type { SessionEvent } from './turnEvents.ts';

export function leanEntry<E extends Entry>(entry: E): E;
export function leanEntry(entry: Entry): Entry {
  if (entry.kind !== 'assistant' || !entry.report) return entry;
  const segments = entry.report.segments.map(({ text: _, ...segment }) => segment);
  return { ...entry, report: { ...entry.report, segments } };
}

export function leanEvent(event: SessionEvent): SessionEvent {
  return event.type === 'entry.appended' || event.type === 'turn.ended'
    ? { ...event, entry: leanEntry(event.entry) }
    : event;
}
