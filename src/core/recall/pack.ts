/** Chooses which recalled turns are quoted word for word within a token budget. Pure. */
import type { RecallHit } from './document.ts';

export interface PackOptions {
  budgetTokens: number;
  /** What quoting a document costs, its framing counted; undefined where it is not to be quoted. */
  tokensOf(index: number): number | undefined;
  /** Documents without which this one cannot be understood: the question to an answer, what "that one" was said to. */
  neighboursOf?(index: number): readonly number[];
}

type Scored = Pick<RecallHit, 'index' | 'score'>;

export interface PackedTurn<H extends Scored = RecallHit> {
  index: number;
  tokens: number;
  /** The hit that brought it here; a neighbour has the hit it was pulled in for. */
  hit: H;
  isNeighbour: boolean;
}

/** Longer turns say themselves what they are about. Framing counted. */
const shortTurn = 60;
/** Neighbours make hits understood and push other hits out, so that they get a small part of the budget together. */
const neighbourShare = 1 / 16;

/**
 * What is quoted, in the order of the log. The tokens together never exceed the budget. Hits are taken by their score
 * for the square root of their tokens: by the score alone, one long answer takes the place of five turns, and by the score
 * for each token, scraps that hold little but the words of the question win.
 */
export function packRecall<H extends Scored>(hits: readonly H[], options: PackOptions): PackedTurn<H>[] {
  const chosen = new Map<number, PackedTurn<H>>();
  let room = options.budgetTokens;
  let roomForNeighbours = room * neighbourShare;
  for (const { hit, tokens } of byValue(hits, options)) {
    const taken = chosen.get(hit.index);
    if (tokens > room && !taken) continue;
    if (!taken) room -= tokens;
    chosen.set(hit.index, { index: hit.index, tokens, hit, isNeighbour: false });
    if (tokens > shortTurn) continue;
    for (const index of options.neighboursOf?.(hit.index) ?? []) {
      const cost = options.tokensOf(index);
      if (cost === undefined || chosen.has(index) || cost > room || cost > roomForNeighbours) continue;
      room -= cost;
      roomForNeighbours -= cost;
      chosen.set(index, { index, tokens: cost, hit, isNeighbour: true });
    }
  }
  return [...chosen.values()].sort((a, z) => a.index - z.index);
}

function byValue<H extends Scored>(
  hits: readonly H[],
  { tokensOf }: PackOptions,
): { hit: H; tokens: number }[] {
  const priced = hits.flatMap((hit) => {
    const tokens = tokensOf(hit.index);
    return tokens === undefined ? [] : [{ hit, tokens, value: hit.score / Math.sqrt(Math.max(1, tokens)) }];
  });
  return priced.sort((a, z) => z.value - a.value || a.hit.index - z.hit.index);
}
