/** From the entries of directives to the directives as they stand. Pure. */
import type { DirectiveEntry } from '../../protocol/entries.ts';
import type { DirectiveView } from '../../protocol/memory.ts';

export interface SessionDirective extends DirectiveView {
  /** Place of its newest entry in the log: what is newer than the last frame is not yet in the prefix. */
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
        history: wordings(versions),
        scope: 'session',
        seq: last.seq,
        firstSeq: first.seq,
      },
    ];
  });
}

/** What was overridden comes back when the directive that overrode it is removed. */
function overrides(holding: readonly DirectiveEntry[][]): Map<string, string> {
  const overridden = new Map<string, string>();
  for (const versions of holding) {
    const last = versions.at(-1);
    if (!last || last.state === 'removed') continue;
    const named = versions.flatMap(({ supersedesId, mergedIds = [] }) => [
      ...(supersedesId === undefined ? [] : [supersedesId]),
      ...mergedIds,
    ]);
    for (const id of named) if (id !== last.directiveId) overridden.set(id, last.directiveId);
  }
  return overridden;
}

function wordings(versions: readonly DirectiveEntry[]): DirectiveView['history'] {
  const earlier = versions.slice(0, -1).filter(({ text }, index) => text !== versions[index + 1]?.text);
  return earlier.map(({ at, text }) => ({ at, text }));
}
