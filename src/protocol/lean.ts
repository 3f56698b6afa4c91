/**
 * Entries without the texts of their reports: what was sent besides the conversation is asked for by itself. The page does
 * not show it, and to programs it is told part by part, since not all of it is of the session.
 */
import type { Entry } from './entries.ts';
import type { ContextReport, Segment } from './report.ts';
import type { SessionEvent } from './turnEvents.ts';

export function leanEntry<E extends Entry>(entry: E): E;
export function leanEntry(entry: Entry): Entry {
  if (entry.kind !== 'assistant' || !entry.report) return entry;
  return { ...entry, report: leanReport(entry.report) };
}

/** What was sent in which order and what was changed, without the texts. */
export function leanReport(report: ContextReport): LeanReport {
  const segments = report.segments.map(({ text: _, ...segment }) => segment);
  if (!report.transformed) return { ...report, segments };
  const parts = report.transformed.parts.map(({ text: _, ...part }) => part);
  return { ...report, segments, transformed: { ...report.transformed, parts } };
}

type LeanReport = Omit<ContextReport, 'segments'> & { segments: Omit<Segment, 'text'>[] };

export function leanEvent(event: SessionEvent): SessionEvent {
  return event.type === 'entry.appended' || event.type === 'turn.ended'
    ? { ...event, entry: leanEntry(event.entry) }
    : event;
}
