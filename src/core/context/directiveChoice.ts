/** Which directives may be sent in a turn. Pure. */
import { isStopWord, terms } from '../grounding/terms.ts';
import type { SessionDirective } from '../memory/directives/project.ts';
import type { Directive } from './parts.ts';

/** Candidates beside one question; each is a guess, and many guesses are noise. */
const mostCandidates = 5;

export interface DirectiveQuestion {
  ofUser: readonly { directiveId: string; text: string }[];
  ofSession: readonly SessionDirective[];
  /** Place in the log of the newest frame that is sent: what is newer than it is not in the prefix yet. */
  frameSeq: number;
  /** What was asked. */
  text: string;
}

/** The user's own, then those of the session: all that are confirmed, and candidates that share words with the input. */
export function directivesFor({ ofUser, ofSession, frameSeq, text }: DirectiveQuestion): Directive[] {
  const standing = ofSession.filter((one) => one.state !== 'removed' && one.overriddenBy === undefined);
  const asked = new Set(terms(text).filter((term) => !isStopWord(term)));
  const candidates = standing
    .filter((one) => one.state === 'candidate')
    .map((one) => ({ one, shared: new Set(terms(one.text).filter((term) => asked.has(term))).size }))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared || b.one.seq - a.one.seq)
    .slice(0, mostCandidates)
    .map(({ one }) => one);
  return [
    ...ofUser.map(({ directiveId, text: words }) => ({
      id: directiveId,
      text: words,
      pinned: true,
      isNew: false,
      ofUser: true,
    })),
    ...[...standing.filter((one) => one.state === 'confirmed'), ...candidates].map((one) => ({
      id: one.directiveId,
      text: one.text,
      pinned: one.state === 'confirmed',
      // A candidate is there in one turn and gone in the next, so it never stands in the prefix.
      isNew: one.state === 'candidate' || one.seq > frameSeq,
      ofUser: false,
      ...(one.sourceId === undefined ? {} : { sourceId: one.sourceId }),
    })),
  ];
}
