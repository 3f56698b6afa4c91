/** A search that asks the editor's language servers too, where a question names symbols. */
import type { Passage, PassageSearch } from '../../ports.ts';
import { overlaps } from '../boosts.ts';
import { namesIn } from './namedSymbols.ts';
import { type SymbolPassage, type SymbolSources, tellSymbols } from './symbolPassages.ts';

/** How long servers are waited for, ms: less than anybody notices, and as long as those need that have read the files. */
const patienceMs = 150;

/** Never asks in Restricted Mode, where what a server says may come from what the workspace made it do. */
export function symbolSearch(
  search: PassageSearch,
  sources: SymbolSources & { isTrusted(): boolean },
): PassageSearch {
  return {
    async search(question, options) {
      if (!sources.isTrusted() || namesIn(question).length === 0) return search.search(question, options);
      const symbols = symbolsInTime(question, sources);
      const found = await search.search(question, options);
      return fused(found, await symbols, options.limit);
    },
  };
}

/** What is known by then. Never rejects. */
async function symbolsInTime(question: string, sources: SymbolSources): Promise<readonly SymbolPassage[]> {
  const known: SymbolPassage[] = [];
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, patienceMs);
  await Promise.race([tellSymbols(question, sources, (one) => known.push(one)), late.promise]);
  clearTimeout(timer);
  return [...known];
}

/**
 * Definitions stand in front, since a question that names a symbol is about it; uses behind the better half of what the
 * words found. A place that the words found too is told once. At most half of all comes from the servers.
 */
export function fused(
  found: readonly Passage[],
  symbols: readonly SymbolPassage[],
  limit: number,
): Passage[] {
  const taken: SymbolPassage[] = [];
  for (const as of ['definition', 'use'] as const)
    for (const one of symbols)
      if (one.symbol.as === as && !taken.some((other) => isSamePlace(one, other))) taken.push(one);
  const few = taken.slice(0, Math.ceil(limit / 2));
  const others = found.filter((one) => !few.some((other) => isSamePlace(one, other)));
  const definitions = few.filter(({ symbol }) => symbol.as === 'definition');
  const uses = few.filter(({ symbol }) => symbol.as === 'use');
  const better = others.slice(0, Math.ceil(others.length / 2));
  const middle = better.at(-1)?.score ?? 0;
  return [
    ...definitions.map((one) => ({ ...one, score: others[0]?.score ?? 0 })),
    ...better,
    ...uses.map((one) => ({ ...one, score: middle })),
    ...others.slice(better.length),
  ].slice(0, limit);
}

const isSamePlace = (a: Omit<Passage, 'score'>, z: Omit<Passage, 'score'>): boolean =>
  a.path === z.path && overlaps(a, z);
