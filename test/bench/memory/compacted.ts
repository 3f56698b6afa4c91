/** A conversation as it stands after its compactions, with frames written from its own words, as without a model. */
import { frameCeiling, planCompaction } from '../../../src/core/context/compactionPlan.ts';
import type { Unit } from '../../../src/core/context/conversation.ts';
import { bodyTokens } from '../../../src/core/context/frameBody.ts';
import type { SentFrame } from '../../../src/core/context/frameText.ts';
import { saidIn } from '../../../src/core/context/said.ts';
import type { Material } from '../../../src/core/memory/compaction/framePrompt.ts';
import { extractedFrame } from '../../../src/core/memory/compaction/frameWriter.ts';
import type { Entry } from '../../../src/protocol/entries.ts';

type CountedUnit = Unit & { tokens: number };

interface Standing extends SentFrame {
  fromId: string;
  toId: string;
}

export interface Compacted {
  frames: SentFrame[];
  /** What no frame stands for. */
  tail: CountedUnit[];
}

/** `share`: tokens of the conversation that are sent word for word, by which the product compacts. */
export function compacted(
  entries: readonly Entry[],
  units: readonly CountedUnit[],
  share: number,
): Compacted {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  let frames: Standing[] = [];
  let tail: CountedUnit[] = [];
  const written = (material: Material, covers: { fromId: string; toId: string }, turnCount: number) => {
    const { body } = extractedFrame(material, frameCeiling(share));
    return { id: `${covers.fromId} to ${covers.toId}`, ...covers, body, turnCount };
  };
  const compact = (): boolean => {
    const standing = frames.map(({ id, fromId, toId, body }) => ({
      id,
      fromId,
      toId,
      tokens: bodyTokens(body),
      active: true,
    }));
    const { fold, frame } = planCompaction({ frames: standing, tail, share, asked: false }) ?? {};
    if (fold) {
      const parts = frames.filter(({ id }) => fold.frameIds.includes(id));
      const turnCount = parts.reduce((sum, part) => sum + part.turnCount, 0);
      const one = written({ kind: 'frames', bodies: parts.map(({ body }) => body) }, fold, turnCount);
      frames = [one, ...frames.filter((other) => !parts.includes(other))].sort(
        (a, b) => placeOf(a.fromId) - placeOf(b.fromId),
      );
      return true;
    }
    if (!frame) return false;
    const said = saidIn(frame.entryIds.flatMap((id) => byId.get(id) ?? []));
    const turnCount = frame.entryIds.filter((id) => byId.get(id)?.kind === 'user').length;
    frames.push(written({ kind: 'turns', said }, frame, turnCount));
    const covered = new Set(frame.entryIds);
    tail = tail.filter(({ entryIds }) => !entryIds.some((id) => covered.has(id)));
    return true;
  };
  const placeOf = (id: string): number => byId.get(id)?.seq ?? 0;
  for (const unit of units) {
    tail.push(unit);
    while (compact());
  }
  return { frames, tail };
}
