/** From the entries of directives to the directives as they stand. Pure. */
import type { DirectiveEntry } from '../../../protocol/entries.ts';
import type { DirectiveView } from '../../../protocol/memory.ts';

export interface SessionDirective extends DirectiveView {
  /** Place in the log since which it reads and stands as it does: what is newer than the last frame is not yet in the prefix. */
  seq: number;
  /** Place of its first entry, by which directives keep their order. */
  firstSeq: number;
}

/** A directive holds while the user's list or an entry of the branch stands behind it. */
function holds(entries: readonly DirectiveEntry[], onBranch: (entryId: string) => boolean): boolean {
  return entries.some(({ sourceId }) => sourceId === undefined || onBranch(sourceId));
}

/** In the order in which they were first said. `entries` in the order of the log, of all branches. */
export function projectDirectives(
  entries: readonly DirectiveEntry[],
  onBranch: (entryId: string) => boolean,
): SessionDirective[] {
  const byId = Map.groupBy(entries, ({ directiveId }) => directiveId);
  const holding = [...byId.values()].filter((versions) => holds(versions, onBranch));
  const overridden = overrides(holding);
  return holding.flatMap((versions): SessionDirective[] => {
    const [first] = versions;
    const last = versions.at(-1);
    if (!first || !last) return [];
    const source = versions.find(({ sourceId }) => sourceId !== undefined && onBranch(sourceId))?.sourceId;
    const overriddenBy = overridden.get(last.directiveId);
    return [
      {
        directiveId: last.directiveId,
        text: last.text,
        state: last.state,
        origin: first.origin ?? 'cue',
        at: last.at,
        ...(source === undefined ? {} : { sourceId: source }),
        ...(overriddenBy === undefined ? {} : { overriddenBy }),
        ...(last.because === undefined ? {} : { because: last.because }),
        history: wordings(versions),
        scope: 'session',
        seq: since(versions, last),
        firstSeq: first.seq,
      },
    ];
  });
}

/** Of its newest entries in a row the first that says the same. */
function since(versions: readonly DirectiveEntry[], last: DirectiveEntry): number {
  const other = versions.findLastIndex(({ text, state }) => text !== last.text || state !== last.state);
  return versions[other + 1]?.seq ?? last.seq;
}

/**
 * By which each is overridden. What was overridden comes back when the one that overrode it is removed, and of two that
 * override each other the later word holds.
 */
function overrides(holding: readonly DirectiveEntry[][]): Map<string, string> {
  const said = holding.flatMap((versions) => {
    const by = versions[0]?.directiveId ?? '';
    if (versions.at(-1)?.state === 'removed') return [];
    return versions.flatMap(({ supersedesId, mergedIds = [], seq }) =>
      [...(supersedesId === undefined ? [] : [supersedesId]), ...mergedIds].map((id) => ({ id, by, seq })),
    );
  });
  const latest = new Map(said.map(({ id, by, seq }) => [`${by} ${id}`, seq]));
  const holds = said.filter(({ id, by, seq }) => id !== by && (latest.get(`${id} ${by}`) ?? 0) <= seq);
  return new Map(holds.map(({ id, by }) => [id, by]));
}

function wordings(versions: readonly DirectiveEntry[]): DirectiveView['history'] {
  const earlier = versions.slice(0, -1).filter(({ text }, index) => text !== versions[index + 1]?.text);
  return earlier.map(({ at, text }) => ({ at, text }));
}
