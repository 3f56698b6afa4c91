/** Which directives may be sent in a turn. Pure. */

import type { DirectiveView } from '../../protocol/memory.ts';
import { isStopWord, terms } from '../grounding/terms.ts';
import { isPinned } from '../memory/directives/pinned.ts';
import type { Together } from '../memory/directives/together.ts';
import type { Directive } from './parts.ts';

/** Candidates beside one question; each is a guess, and many guesses are noise. */
const mostCandidates = 5;

export interface DirectiveQuestion extends Together {
  /** Place in the log of the newest frame that is sent: what is newer than it is not in the prefix yet. */
  frameSeq: number;
  /** What was asked. */
  text: string;
}

/**
 * All that are confirmed, in the order in which they were said, so that the later one is read last; and candidates that
 * share words with the input.
 */
export function directivesFor({ ofUser, ofSession, frameSeq, text }: DirectiveQuestion): Directive[] {
  const asked = new Set(terms(text).filter((term) => !isStopWord(term)));
  const holding = [...ofUser, ...ofSession].filter((one) => one.overriddenBy === undefined);
  const candidates = holding
    .filter((one) => one.state === 'candidate')
    .map((one) => ({ one, shared: new Set(terms(one.text).filter((term) => asked.has(term))).size }))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared || b.one.at - a.one.at)
    .slice(0, mostCandidates)
    .map(({ one }) => one);
  const ofThisSession = ofSession.filter(isPinned).map((one) => ({ one, isNew: one.seq > frameSeq }));
  return [
    ...inOrder(ofUser.filter(isPinned), ofThisSession),
    // A candidate is there in one turn and gone in the next, so it never stands in the prefix.
    ...candidates.map((one) => ({ one, isNew: true })),
  ].map(({ one, isNew }) => ({
    id: one.directiveId,
    text: one.text,
    pinned: one.state === 'confirmed',
    isNew,
    ofUser: one.scope === 'user',
    ...(one.sourceId === undefined ? {} : { sourceId: one.sourceId }),
  }));
}

interface Placed {
  one: DirectiveView;
  isNew: boolean;
}

/** The user's own among those of the session; behind one that is not in the prefix yet, they are not in it either. */
function inOrder(ofUser: readonly DirectiveView[], ofSession: readonly Placed[]): Placed[] {
  const placed: Placed[] = [];
  const left = [...ofSession];
  for (const one of ofUser) {
    const later = left.findIndex((other) => other.one.at > one.at);
    placed.push(...left.splice(0, later < 0 ? left.length : later));
    placed.push({ one, isNew: placed.some(({ isNew }) => isNew) });
  }
  return [...placed, ...left];
}

/** The user's own that are not in each request for want of room, as the report names them; `sent` are those of this one. */
export function notPinned(
  ofUser: Together['ofUser'],
  sent: readonly Directive[],
): { label: string; reason: string }[] {
  const ids = new Set(sent.map(({ id }) => id));
  const unsent = ofUser.filter(({ because, directiveId }) => because === 'budget' && !ids.has(directiveId));
  const merged = unsent.filter(({ overriddenBy }) => overriddenBy !== undefined).length;
  const all = 'Directives of every request may be about fifty sentences together;';
  return [
    {
      count: unsent.length - merged,
      reason: 'the oldest of yours go only where they share words with the input.',
    },
    { count: merged, reason: 'newer ones of yours that nearly say the same go in the place of these.' },
  ].flatMap(({ count, reason }) =>
    count === 0
      ? []
      : [
          {
            label: count === 1 ? 'A directive of yours' : `${count} directives of yours`,
            reason: `${all} ${reason} Remove or shorten some.`,
          },
        ],
  );
}
