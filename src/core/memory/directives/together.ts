/** The user's own directives beside those of a session: which of them hold in it, and which fit. Pure. */
import type { DirectiveView } from '../../../protocol/memory.ts';
import { overrides } from './matter.ts';
import { isPinned, pinnedCeiling, relief, tokensOfPinned } from './pinned.ts';
import type { SessionDirective } from './project.ts';

export interface UserDirective {
  directiveId: string;
  text: string;
  /** Since when it holds in every workspace; ms since the epoch. */
  at: number;
}

export interface Together {
  /** Oldest first. Those beyond the budget are candidates, or taken up in a newer one, in this session alone. */
  ofUser: DirectiveView[];
  ofSession: SessionDirective[];
}

/** Of two on the same matter the later holds, wherever it was said. What the user has on the list is never changed. */
export function together(ofUser: readonly UserDirective[], ofSession: readonly SessionDirective[]): Together {
  const own = overriddenAmong(
    ofUser.toSorted((a, b) => a.at - b.at).map(asStanding),
    ofSession.filter((one) => one.state === 'confirmed' && one.overriddenBy === undefined),
  );
  const holding = own.filter(isPinned);
  const session = ofSession.map((one) => {
    if (one.state === 'removed' || one.overriddenBy !== undefined) return one;
    const by = holding.findLast(({ at, text }) => at > one.at && overrides(text, one.text));
    return by === undefined ? one : { ...one, overriddenBy: by.directiveId };
  });
  // In every request the session's come first: what they were given is written down, and this is reckoned each time.
  const room = Math.max(0, pinnedCeiling - tokensOfPinned(session));
  return { ofUser: within(own, room).map(viewOf), ofSession: session };
}

/**
 * Tokens that the pinned ones of a session may take. The user's own have a share of it, but not more than half, so that a
 * session can have its own.
 */
export function sessionCeiling({ ofUser }: Together): number {
  const asked = ofUser.filter(
    ({ overriddenBy, because }) => overriddenBy === undefined || because === 'budget',
  );
  const all = tokensOfPinned(asked.map((one) => ({ ...one, state: 'confirmed', overriddenBy: undefined })));
  return pinnedCeiling - Math.min(all, Math.floor(pinnedCeiling / 2));
}

const asStanding = (one: UserDirective, place: number): SessionDirective => ({
  ...one,
  state: 'confirmed',
  origin: 'user',
  history: [],
  scope: 'user',
  seq: place,
  firstSeq: place,
});

const viewOf = ({ seq: _, firstSeq: _first, ...view }: SessionDirective): DirectiveView => view;

function overriddenAmong(
  own: readonly SessionDirective[],
  ofSession: readonly SessionDirective[],
): SessionDirective[] {
  return own.map((one, place) => {
    const later = [...own.slice(place + 1), ...ofSession.filter(({ at }) => at >= one.at)];
    const by = later.findLast(({ text }) => overrides(text, one.text));
    return by === undefined ? one : { ...one, overriddenBy: by.directiveId };
  });
}

/** Relieves them as those of a session, without a word in any log. */
function within(own: readonly SessionDirective[], ceiling: number): SessionDirective[] {
  const all = new Map(own.map((one) => [one.directiveId, one]));
  const change = (one: SessionDirective, changes: Partial<SessionDirective>) =>
    all.set(one.directiveId, { ...one, because: 'budget', ...changes });
  for (;;) {
    const done = relief([...all.values()], ceiling, 0);
    if (!done) return [...all.values()];
    if (done.kind === 'demote') change(done.directive, { state: 'candidate' });
    else {
      change(done.older, { overriddenBy: done.newer.directiveId });
      change(done.newer, { text: done.text });
    }
  }
}
