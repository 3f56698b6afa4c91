/** Which frames stand for older entries on a branch. Pure. */
import type { FrameEntry } from '../../protocol/entries.ts';

/** A frame as it stands now, edits, rebuilds and switching taken in. */
export interface ProjectedFrame {
  /** Its newest version. */
  entry: FrameEntry;
  /** Places on the branch of the first and the last entry it covers. */
  from: number;
  to: number;
  /** Id of a larger active frame that covers all of it, so that it is not sent itself. */
  within?: string;
}

/**
 * Frames whose whole range lies on the branch, in the order of their ranges. `frames` are of all branches, in the
 * order of the log; `placeOf` grows along the branch (the place in the log will do) and is undefined for what is not
 * on it.
 */
export function projectFrames(
  frames: readonly FrameEntry[],
  placeOf: (entryId: string) => number | undefined,
): ProjectedFrame[] {
  const placed = newestVersions(frames).flatMap((entry): ProjectedFrame[] => {
    const from = placeOf(entry.covers.fromId);
    const to = placeOf(entry.covers.toId);
    return from === undefined || to === undefined || from > to ? [] : [{ entry, from, to }];
  });
  return placed
    .map((frame) => {
      const around = placed.filter((other) => covers(other, frame));
      const largest = around.sort((a, b) => b.to - b.from - (a.to - a.from))[0];
      return largest ? { ...frame, within: largest.entry.id } : frame;
    })
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

/** The frames a request has, oldest first. */
export const sentFrames = (projected: readonly ProjectedFrame[]): ProjectedFrame[] =>
  projected.filter((frame) => frame.entry.active && frame.within === undefined);

/** Of each frame the entry that was written last; one that is replaced twice keeps the later. */
export function newestVersions(frames: readonly FrameEntry[]): FrameEntry[] {
  const firstOf = new Map<string, string>();
  const newest = new Map<string, FrameEntry>();
  for (const frame of frames) {
    const first = (frame.replacesId !== undefined && firstOf.get(frame.replacesId)) || frame.id;
    firstOf.set(frame.id, first);
    newest.set(first, frame);
  }
  return [...newest.values()];
}

/** Of two frames over the same entries the later one stands. */
function covers(outer: ProjectedFrame, inner: ProjectedFrame): boolean {
  if (outer.entry === inner.entry || !outer.entry.active) return false;
  if (outer.from > inner.from || outer.to < inner.to) return false;
  const isSame = outer.from === inner.from && outer.to === inner.to;
  return !isSame || outer.entry.seq > inner.entry.seq;
}
