/** From the entries of frames to the frames as they stand. Pure. */
import type { FrameEntry } from '../../protocol/entries.ts';
import type { FrameView } from '../../protocol/memory.ts';
import type { Branch } from './branch.ts';

interface Placed {
  entry: FrameEntry;
  from: number;
  to: number;
  turnCount: number;
}

/** In the order of what they cover. `entries` in the order of the log, of all branches. */
export function projectFrames(entries: readonly FrameEntry[], branch: Branch): FrameView[] {
  const placed = newest(entries).flatMap((entry): Placed[] => {
    const range = branch.range(entry.covers.fromId, entry.covers.toId);
    return range ? [{ entry, ...range }] : [];
  });
  // Of two frames of the same entries, as two windows may write them, the first stays, and so does the prompt's prefix.
  const single = placed.filter(
    ({ from, to }, index) => !placed.slice(0, index).some((one) => one.from === from && one.to === to),
  );
  return single
    .map(({ entry, from, to, turnCount }): FrameView => {
      const { id, at, covers, method, model, active, body } = entry;
      const around = single
        .filter((one) => one.entry.active && one.from <= from && one.to >= to && one.entry !== entry)
        .sort((a, b) => a.to - a.from - (b.to - b.from))[0];
      return {
        id,
        at,
        covers,
        entryCount: to - from + 1,
        turnCount,
        method,
        ...(model === undefined ? {} : { model }),
        active,
        ...(around === undefined ? {} : { within: around.entry.id }),
        body,
      };
    })
    .sort((a, b) => (branch.placeOf(a.covers.fromId) ?? 0) - (branch.placeOf(b.covers.fromId) ?? 0));
}

/** The newest entry of each frame, in the order in which the frames were first written. */
export function newest(entries: readonly FrameEntry[]): FrameEntry[] {
  const roots = new Map<string, string>();
  const latest = new Map<string, FrameEntry>();
  for (const entry of entries) {
    const root = (entry.replacesId !== undefined && roots.get(entry.replacesId)) || entry.id;
    roots.set(entry.id, root);
    latest.set(root, entry);
  }
  return [...latest.values()];
}
