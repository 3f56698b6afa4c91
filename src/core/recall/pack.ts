/** Chooses which recalled turns are quoted word for word within a token budget. Pure. */
import type { RecallHit } from './document.ts';

export interface PackOptions {
  budgetTokens: number;
  /** What quoting a document costs, its framing counted; undefined where it may not be quoted. */
  tokensOf(index: number): number | undefined;
  /** Documents without which this one cannot be understood, such as the question it answers. */
  neighboursOf?(index: number): readonly number[];
}

export interface PackedTurn {
  index: number;
  tokens: number;
  /** The hit that brought it here; a neighbour has the hit it was pulled in for. */
  hit: RecallHit;
  neighbour: boolean;
}

/** What is quoted, in the order of the log. The tokens together never exceed the budget. */
export function packRecall(hits: readonly RecallHit[], options: PackOptions): PackedTurn[] {
  const chosen = new Map<number, PackedTurn>();
  let room = options.budgetTokens;
  const take = (index: number, hit: RecallHit, neighbour: boolean): boolean => {
    if (chosen.has(index)) return true;
    const tokens = options.tokensOf(index);
    if (tokens === undefined || tokens > room) return false;
    room -= tokens;
    chosen.set(index, { index, tokens, hit, neighbour });
    return true;
  };
  for (const hit of hits) {
    if (!take(hit.index, hit, false)) continue;
    for (const neighbour of options.neighboursOf?.(hit.index) ?? []) take(neighbour, hit, true);
  }
  return [...chosen.values()].sort((a, z) => a.index - z.index);
}
