/** Keeps what is sent with every request within its budget. Pure. */
import { estimateTokens } from '../../context/tokens.ts';
import { matterOf } from './matter.ts';
import type { SessionDirective } from './project.ts';

/** Tokens of all pinned directives together: about fifty sentences, which is more than anybody keeps in mind. */
export const pinnedCeiling = 1_500;
/** Tokens of the tags around one. */
const perDirective = 8;

export type Relief =
  /** Both become one. */
  | { kind: 'merge'; older: SessionDirective; newer: SessionDirective; text: string }
  /** It is recalled when it matters from now on. */
  | { kind: 'demote'; directive: SessionDirective };

const tokensOf = ({ text }: { text: string }): number => estimateTokens(text) + perDirective;

type State = Pick<SessionDirective, 'state' | 'overriddenBy'>;

export const isPinned = ({ state, overriddenBy }: State): boolean =>
  state === 'confirmed' && overriddenBy === undefined;

export const tokensOfPinned = (all: readonly (State & { text: string })[]): number =>
  all.filter(isPinned).reduce((sum, one) => sum + tokensOf(one), 0);

/** Share of its words that the newer one must have, so that the older sentence says nothing more. */
const covered = 0.6;

/**
 * One thing to do when the pinned ones are over their budget; undefined when they are not. The oldest is taken up in a
 * newer one that nearly says it, else it is no longer pinned; those the user wrote into the list come last. `kept` of them
 * stay whatever they take.
 */
export function relief(
  directives: readonly SessionDirective[],
  ceiling = pinnedCeiling,
  kept = 1,
): Relief | undefined {
  const pinned = directives.filter(isPinned).sort((a, b) => a.firstSeq - b.firstSeq);
  if (pinned.length <= kept || tokensOfPinned(pinned) <= ceiling) return undefined;
  const older = pinned.find(({ origin }) => origin !== 'user') ?? pinned[0];
  if (!older) return undefined;
  for (const newer of pinned.filter(({ firstSeq }) => firstSeq > older.firstSeq)) {
    const text = mergedText(older.text, newer.text);
    if (text !== undefined) return { kind: 'merge', older, newer, text };
  }
  return { kind: 'demote', directive: older };
}

/** The newer text and those sentences of the older one that it does not say; undefined when it says none of them. */
function mergedText(older: string, newer: string): string | undefined {
  const has = matterOf(newer);
  const sentences = older.split(/(?<=[.!?])\s+/);
  const left = sentences.filter((sentence) => {
    const words = [...matterOf(sentence)];
    return words.filter((word) => has.has(word)).length < covered * words.length;
  });
  return left.length === sentences.length ? undefined : [...left, newer].join(' ');
}
