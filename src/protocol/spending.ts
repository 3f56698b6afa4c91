/** What a session has taken, summed over its entries. */
import type { Entry } from './entries.ts';
import type { Spending } from './session.ts';

export const nothingSpent: Spending = { tokens: 0, costUsd: 0, costKnown: true };

/** With what an entry says it took; the same where it says nothing. Absent stays absent until then. */
export function spentWith(before: Spending | undefined, entry: Entry): Spending | undefined {
  if (entry.kind !== 'assistant' && entry.kind !== 'frame' && entry.kind !== 'title') return before;
  if (!entry.usage) return before;
  const { tokens, costUsd, costKnown } = before ?? nothingSpent;
  const { inputTokens, cacheCreationTokens, cacheReadTokens, outputTokens } = entry.usage;
  return {
    tokens: tokens + inputTokens + cacheCreationTokens + cacheReadTokens + outputTokens,
    costUsd: costUsd + (entry.costUsd ?? 0),
    costKnown: costKnown && entry.costUsd !== undefined,
  };
}
