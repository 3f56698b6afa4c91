/** Frames as people and programs see them. Pure. */
import type { FrameEntry } from '../../protocol/entries.ts';
import type { FrameView } from '../../protocol/memory.ts';
import { type ProjectedFrame, projectFrames } from '../context/frames.ts';
import type { Branch } from './branch.ts';

/** In the order of what they cover. `entries` in the order of the log, of all branches. */
export const frameViews = (entries: readonly FrameEntry[], branch: Branch): FrameView[] =>
  projectFrames(entries, (id) => branch.placeOf(id)).map((frame) => viewOf(frame, branch));

function viewOf({ entry, from, to, within }: ProjectedFrame, branch: Branch): FrameView {
  const { id, at, covers, method, model, active, body } = entry;
  return {
    id,
    at,
    covers,
    entryCount: to - from + 1,
    turnCount: branch.turnsBetween(from, to),
    method,
    ...(model === undefined ? {} : { model }),
    active,
    ...(within === undefined ? {} : { within }),
    body,
  };
}
