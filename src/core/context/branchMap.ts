/** Where entries stand on the branch a request follows. */
import { type Branch, type Branches, readBranch } from '../memory/branch.ts';
import type { SessionStore } from '../session/store.ts';

/** The branch as it was in that moment. */
export interface BranchMap {
  /** Grows along the branch from 0; undefined for what is not on it. Not to be asked later than the moment. */
  placeOf(entryId: string): number | undefined;
  /** Inputs of the user between two places, both included. */
  turnsBetween(from: number, to: number): number;
  /** Ids of the entries from a place on, in their order. */
  idsFrom(place: number): string[];
}

const empty: BranchMap = { placeOf: () => undefined, turnsBetween: () => 0, idsFrom: () => [] };

/** The branch that ends at `leafId`: null is before the first entry, undefined the head. */
export async function branchMap(
  branches: Branches,
  store: SessionStore,
  sessionId: string,
  leafId: string | null | undefined,
): Promise<BranchMap> {
  if (leafId === null) return empty;
  const active = await branches.of(sessionId);
  const leaf = leafId === undefined ? active.length - 1 : active.placeOf(leafId);
  if (leaf !== undefined) return upTo(active, leaf);
  // Only who goes on from another branch than the last one waits for it to be read.
  const other = await readBranch(store, sessionId, leafId);
  return upTo(other, other.length - 1);
}

const upTo = (branch: Branch, leaf: number): BranchMap => ({
  placeOf(entryId) {
    const place = branch.placeOf(entryId);
    return place !== undefined && place <= leaf ? place : undefined;
  },
  turnsBetween: (from, to) => branch.turnsBetween(from, to),
  idsFrom: (place) => branch.idsBetween(place, leaf),
});
