/** What can be decided about a segment for the next turn. Pure. */
import type { Segment } from '../src/protocol/report.ts';
import type { PanelDraft } from './drafts.ts';

/** The most entries that may be wanted word for word in one turn, as the wire takes them. */
export const mostPinned = 200;

export interface SegmentChoices {
  /** Undefined where pinning it says nothing, or where it has more entries than can be pinned beside the others. */
  pin: 'pin' | 'unpin' | undefined;
  canEdit: boolean;
  canLeaveOut: boolean;
}

export function segmentChoices(
  { kind, partId, entryIds = [] }: Pick<Segment, 'kind' | 'partId' | 'entryIds'>,
  pinned: PanelDraft['pinned'],
): SegmentChoices {
  // A document that the profile keeps is in each request as it was sent: it can be left out, and that is all.
  const isKept = kind === 'conversation' && partId !== undefined;
  const isQuotable = (kind === 'recall' || kind === 'conversation') && !isKept && entryIds.length > 0;
  return {
    pin: isQuotable ? pinOf(entryIds, pinned) : undefined,
    canEdit: partId !== undefined && !isKept,
    canLeaveOut: partId !== undefined,
  };
}

function pinOf(entryIds: readonly string[], pinned: PanelDraft['pinned']): SegmentChoices['pin'] {
  const ids = new Set(pinned.map(({ entryId }) => entryId));
  const missing = entryIds.filter((id) => !ids.has(id)).length;
  if (missing === 0) return 'unpin';
  return ids.size + missing <= mostPinned ? 'pin' : undefined;
}
