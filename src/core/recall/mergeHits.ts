/** From hits on documents to entries: what is found of a note counts for the entry it is on. Pure. */
import type { RecallHit } from './document.ts';

/** Best first, as the hits are; an entry that was found twice stands where it was found first, with all its words. */
export function mergeHits(
  hits: readonly RecallHit[],
  /** Place of the entry that a document is, or is a note on. */
  seqOf: (index: number) => number,
): Map<number, RecallHit> {
  const found = new Map<number, RecallHit>();
  for (const hit of hits) {
    const seq = seqOf(hit.index);
    const other = found.get(seq);
    const terms = other ? [...new Set([...other.terms, ...hit.terms])] : hit.terms;
    found.set(seq, { ...(other ?? hit), terms });
  }
  return found;
}
