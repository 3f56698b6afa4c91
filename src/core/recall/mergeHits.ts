/** From hits on documents to entries: what is found of a note or a frame counts for the entries it is about. Pure. */
import type { RecalledEntry } from '../../protocol/memory.ts';
import type { RecallHit, RecallRole } from './document.ts';

/** What a document is about. */
export interface Meant {
  role: RecallRole;
  /** Place of the entry that it is, or that it is a note on. */
  seq: number;
  /** Places of the entries that a frame stands for. */
  covered: readonly number[];
}

export type MergedHit = { seq: number } & Pick<RecalledEntry, 'score' | 'why' | 'terms'>;

/**
 * An entry has the best score of those it was found by, as a note says again what the entry says. What a frame says
 * is shared by its entries: the more they are, the less it says of each.
 */
export function mergeHits(hits: readonly RecallHit[], meantBy: (index: number) => Meant): MergedHit[] {
  const found = new Map<number, MergedHit>();
  const count = (hit: MergedHit): void => {
    const other = found.get(hit.seq);
    if (!other) found.set(hit.seq, hit);
    else {
      const [best, less] = hit.score > other.score ? [hit, other] : [other, hit];
      found.set(hit.seq, { ...best, terms: [...new Set([...best.terms, ...less.terms])] });
    }
  };
  for (const { index, score, why, terms } of hits) {
    const { role, seq, covered } = meantBy(index);
    count({ seq, score, why: role === 'note' || role === 'frame' ? 'note' : why, terms });
    for (const place of covered) count({ seq: place, score: score / covered.length, why: 'note', terms: [] });
  }
  return [...found.values()].sort((a, z) => z.score - a.score || a.seq - z.seq);
}
