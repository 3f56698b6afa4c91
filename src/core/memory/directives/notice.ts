/** What becomes of an instruction that was noticed, beside those that are known. Pure. */
import type { DirectiveEntry } from '../../../protocol/entries.ts';
import { overrides, saysTheSame } from './matter.ts';
import type { SessionDirective } from './project.ts';

export interface Noticed {
  text: string;
  strength: 'candidate' | 'confirmed';
  origin: 'cue' | 'model';
  /** The entry it was said in. */
  sourceId: string;
}

export type DirectiveChange = Pick<
  DirectiveEntry,
  'directiveId' | 'text' | 'state' | 'origin' | 'sourceId' | 'supersedesId' | 'mergedIds' | 'because'
>;

export interface Known {
  directives: readonly SessionDirective[];
  /** Entries of each that name where it was said. */
  sources: ReadonlyMap<string, readonly { sourceId?: string | undefined }[]>;
  /** Those of the user's own list that hold in this session. */
  ofUser: readonly { text: string }[];
}

/** Undefined when nothing is new: it holds by the user's own list, or this very entry was counted before. */
export function noticed(what: Noticed, known: Known, newId: string): DirectiveChange | undefined {
  const { text, strength, sourceId } = what;
  if (known.ofUser.some((one) => saysTheSame(one.text, text))) return undefined;
  const same = known.directives.findLast((one) => saysTheSame(one.text, text) || wasWorded(one, text));
  if (same === undefined) {
    const overridden = overriddenBy(text, strength, known.directives)?.directiveId;
    return {
      directiveId: newId,
      text,
      state: strength,
      origin: what.origin,
      sourceId,
      ...(overridden === undefined ? {} : { supersedesId: overridden }),
    };
  }
  if (known.sources.get(same.directiveId)?.some((one) => one.sourceId === sourceId)) return undefined;
  return saidAgain(same, what, known.directives);
}

/** An earlier wording was the user's too; what the user made of it stands. */
const wasWorded = (one: SessionDirective, text: string): boolean =>
  one.history.some((earlier) => saysTheSame(earlier.text, text));

/** What is said again is meant: a candidate is confirmed, and what was removed or overridden holds again. */
function saidAgain(
  same: SessionDirective,
  { strength, origin, sourceId }: Noticed,
  directives: readonly SessionDirective[],
): DirectiveChange | undefined {
  const { directiveId, text, state, overriddenBy: by } = same;
  // A model that mentions a wish is not the user who repeats it.
  if (origin === 'model') return undefined;
  if (state === 'confirmed' && by === undefined) return undefined;
  const again = state === 'removed' ? strength : 'confirmed';
  const over = by ?? overriddenBy(text, again, directives)?.directiveId;
  return {
    directiveId,
    text,
    state: again,
    origin: state === 'removed' ? origin : 'repetition',
    sourceId,
    ...(over === undefined ? {} : { supersedesId: over }),
  };
}

/** The newest standing directive that one of this text and state overrides; a guess overrides nothing but a guess. */
export function overriddenBy(
  text: string,
  state: 'candidate' | 'confirmed' | 'removed',
  directives: readonly SessionDirective[],
): SessionDirective | undefined {
  return directives.findLast(
    (one) =>
      one.state !== 'removed' &&
      one.overriddenBy === undefined &&
      (state === 'confirmed' || one.state === 'candidate') &&
      overrides(text, one.text),
  );
}
