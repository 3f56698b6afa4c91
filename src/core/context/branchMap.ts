/** Where entries stand on the branch a request follows. */
import { Branch, type Branches } from '../memory/branch.ts';
import type { SessionStore } from '../session/store.ts';

export interface BranchMap {
  /** Grows along the branch; undefined for what is not on it. */
  placeOf(entryId: string): number | undefined;
  /** Inputs of the user between two places, both included. */
  turnsBetween(from: number, to: number): number;
}

const empty: BranchMap = { placeOf: () => undefined, turnsBetween: () => 0 };

/** The branch that ends at `leafId`: null is before the first entry, undefined the head. */
export async function branchMap(
  branches: Branches,
  store: SessionStore,
  sessionId: string,
  leafId: string | null | undefined,
): Promise<BranchMap> {
  if (leafId === null) return empty;
  const active = await branches.of(sessionId);
  if (leafId === undefined) return active;
  const leaf = active.placeOf(leafId);
  // Only who goes on from another branch than the last one waits for it to be read.
  if (leaf === undefined) return new Branch(await store.path(sessionId, { leafId }));
  return {
    placeOf(entryId) {
      const place = active.placeOf(entryId);
      return place !== undefined && place <= leaf ? place : undefined;
    },
    turnsBetween: (from, to) => active.turnsBetween(from, to),
  };
}
