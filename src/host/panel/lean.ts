/** What crosses to the page: entries without the texts of their reports, which the page does not show. */
import type { Entry } from '../../protocol/entries.ts';
import type { SessionEvent } from '../../protocol/turnEvents.ts';

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
