/** What of a request was masked, counted. Pure. */
import type { ContextReport } from '../../protocol/report.ts';
import type { Rendered } from '../context/render.ts';
import { kindWords } from './kinds.ts';
import { requestTexts } from './maskedEntries.ts';
import { placeholdersIn } from './placeholders.ts';

/** Each value once, however often it stands there. */
export function maskedCounts(rendered: Rendered): Pick<ContextReport, 'masked'> {
  const digests = new Map<string, Set<string>>();
  requestTexts(rendered, (text) => {
    for (const { kind, digest } of placeholdersIn(text))
      digests.set(kind, (digests.get(kind) ?? new Set()).add(digest));
    return text;
  });
  if (digests.size === 0) return {};
  return {
    masked: [...digests].map(([kind, values]) => ({ kind, what: kindWords(kind), count: values.size })),
  };
}
