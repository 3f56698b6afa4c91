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
  const single = new Map<string, ProjectedFrame>();
  for (const frame of placed) {
    const range = `${frame.from} ${frame.to}`;
    if (!single.has(range)) single.set(range, frame);
  }
  return nested([...single.values()]).sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Each with the smallest active frame around it. A session of years has a thousand, of which few lie in each other. */
function nested(frames: readonly ProjectedFrame[]): ProjectedFrame[] {
  let open: ProjectedFrame[] = [];
  return [...frames]
    .sort((a, b) => a.from - b.from || b.to - a.to)
    .map((frame) => {
      open = open.filter(({ to }) => to >= frame.from);
      const around = open.filter(({ to }) => to >= frame.to);
      const smallest = around.sort((a, b) => a.to - a.from - (b.to - b.from))[0];
      if (frame.entry.active) open.push(frame);
      return smallest ? { ...frame, within: smallest.entry.id } : frame;
    });
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
