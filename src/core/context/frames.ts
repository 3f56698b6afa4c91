/** Which frames stand for older entries on a branch. Pure. */
import type { FrameEntry } from '../../protocol/entries.ts';

/** A frame as it stands now, edits, rebuilds and switching taken in. */
export interface ProjectedFrame {
  /** Its newest version. */
  entry: FrameEntry;
  /** Places on the branch of the first and the last entry it covers. */
  from: number;
  to: number;
  /** Id of the smallest active frame around it, because of which it is not sent itself. */
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
  // Two windows may write a frame of the same entries; the first one stays, and the prompt's prefix with it.
  const single = placed.filter(
    ({ from, to }, index) => !placed.slice(0, index).some((one) => one.from === from && one.to === to),
  );
  return single
    .map((frame) => {
      const around = single.filter((other) => isAround(other, frame));
      const smallest = around.sort((a, b) => a.to - a.from - (b.to - b.from))[0];
      return smallest ? { ...frame, within: smallest.entry.id } : frame;
    })
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

/** The frames a request has, oldest first. */
export const sentFrames = (projected: readonly ProjectedFrame[]): ProjectedFrame[] =>
  projected.filter((frame) => frame.entry.active && frame.within === undefined);

/** The newest entry of each frame, in the order in which the frames were first written. */
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

const isAround = (outer: ProjectedFrame, inner: ProjectedFrame): boolean =>
  outer !== inner && outer.entry.active && outer.from <= inner.from && outer.to >= inner.to;
