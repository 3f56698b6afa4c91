/** How recalled turns, grounding and the conversation share what the rest of a request leaves. Pure. */

import { packRecall } from '../recall/pack.ts';
import type { CountedUnit, SentUnit } from './bareUnits.ts';
import { ceilings, conversationFloor, mostRecalledTokens } from './budget.ts';
import type { Unit } from './conversation.ts';
import { fitConversation, fitInOrder, type Omitted, total } from './fit.ts';
import { fitGrounding } from './fitGrounding.ts';
import type { Counted, Part } from './parts.ts';
import type { PassagePart } from './workspacePassages.ts';

export interface RecalledPart extends Part {
  entryIds: string[];
  /** In which it was said; absent for what the user pinned of this one. */
  sessionId?: string;
  /** When it was said, ms since the epoch: recalled turns stand in this order. */
  at: number;
  /** How well it fits the input; nothing of its own for what is only there to be understood with another. */
  score: number;
  /** The entry without which it may not be understood. */
  needs?: string;
  /** The user asked for it, so that it comes first and may take more. */
  asked: boolean;
}

/** An open file, or a passage with its place. */
export type GroundingPart = PassagePart;

export interface SharedInput {
  budget: { total: number };
  conversation: readonly CountedUnit[];
  conversationTokens: number;
  /** Bytes that pictures and documents of the conversation may take, as base64. */
  mediaBytes: number;
  olderOmitted: boolean;
  recalled: readonly Counted<RecalledPart>[];
  grounding: readonly Counted<GroundingPart>[];
}

export interface Shares {
  conversation: SentUnit[];
  recalled: Counted<RecalledPart>[];
  grounding: Counted<GroundingPart>[];
}

/** `follows`: something the user said stands before the conversation. Adds to `omitted`. */
export function shareOut(input: SharedInput, room: number, follows: boolean, omitted: Omitted): Shares {
  // A recalled turn is quoted only where it is not sent word for word anyway; quoting it may push others out of the
  // conversation, which are then to be quoted too.
  let sent = idsOf(input.conversation);
  for (;;) {
    const left: Omitted = [];
    const shares = shareOnce(input, room, follows, sent, left);
    const now = idsOf(shares.conversation);
    const isMissing = input.recalled.some((part) => isIn(part, sent) && !isIn(part, now));
    if (!isMissing) {
      omitted.push(...left);
      const recalled = shares.recalled.filter((part) => !isIn(part, now)).sort((a, b) => a.at - b.at);
      return { ...shares, recalled };
    }
    sent = new Set([...sent].filter((id) => now.has(id)));
  }
}

function shareOnce(
  input: SharedInput,
  whole: number,
  follows: boolean,
  sent: ReadonlySet<string>,
  omitted: Omitted,
): Shares {
  const share = (ceiling: number) => Math.floor(input.budget.total * ceiling);
  const floor = Math.min(Math.floor(whole * conversationFloor), total(input.conversation));
  const wanted = input.recalled.filter((part) => !isIn(part, sent));
  let room = whole;
  const take = <P extends { tokens: number }>(parts: P[]): P[] => {
    room -= total(parts);
    return parts;
  };
  const asked = take(
    fitInOrder(
      wanted.filter((part) => part.asked),
      room,
      'You pinned it, but it does not fit beside the input.',
      omitted,
    ),
  );
  const candidates = wanted.filter((part) => !part.asked);
  const found = take(
    packed(candidates, Math.max(0, Math.min(room - floor, share(ceilings.recall), mostRecalledTokens))),
  );
  const unfit = candidates.filter((part) => part.score > 0 && !found.includes(part));
  if (unfit.length > 0)
    omitted.push({
      label: unfit.length === 1 ? '1 more turn that was found' : `${unfit.length} more turns that were found`,
      tokens: total(unfit),
      reason: 'Turns that fit the input better fill the room for what is recalled.',
    });
  const grounding = take(
    fitGrounding(input.grounding, Math.max(0, Math.min(room - floor, share(ceilings.grounding))), omitted),
  );
  const conversation = fitConversation(
    input.conversation,
    {
      tokens: input.conversationTokens,
      room,
      mediaBytes: input.mediaBytes,
      olderOmitted: input.olderOmitted,
      follows,
    },
    omitted,
  );
  return { conversation, recalled: [...asked, ...found], grounding };
}

/** Those that are worth most for their length, and beside short ones what they need. */
function packed(parts: readonly Counted<RecalledPart>[], budgetTokens: number): Counted<RecalledPart>[] {
  const places = new Map(parts.map(({ entryIds: [id = ''] }, place) => [id, place]));
  const hits = parts.flatMap(({ score }, index) => (score > 0 ? [{ index, score }] : []));
  const chosen = packRecall(hits, {
    budgetTokens,
    tokensOf: (place) => parts[place]?.tokens,
    neighboursOf: (place) => {
      const before = places.get(parts[place]?.needs ?? '');
      return before === undefined ? [] : [before];
    },
  });
  return chosen.flatMap(({ index }) => parts[index] ?? []);
}

const idsOf = (units: readonly Unit[]): Set<string> => new Set(units.flatMap(({ entryIds }) => entryIds));

const isIn = (part: RecalledPart, sent: ReadonlySet<string>): boolean =>
  part.entryIds.every((id) => sent.has(id));
