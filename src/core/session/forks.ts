/** The forks of a session's active branch, told apart by what was said there. */
import type { Entry } from '../../protocol/entries.ts';
import type { Fork } from '../../protocol/forks.ts';
import { LogBranches, readLinks } from './logBranches.ts';
import type { SessionStore } from './store.ts';

/** Oldest first. Reads the texts of inputs that stand beside others and nothing else of the log. */
export async function forksOf(
  store: Pick<SessionStore, 'links' | 'entries'>,
  sessionId: string,
): Promise<Fork[]> {
  const branches = new LogBranches(await readLinks(store, sessionId));
  const { forks } = branches;
  if (forks.length === 0) return [];
  const entries = await store.entries(
    sessionId,
    forks.flatMap(({ inputIds }) => inputIds),
  );
  const words = new Map(entries.map((entry) => [entry.id, wordsOf(entry)]));
  return forks.map(({ activeId, inputIds }) => {
    const inputs = [...new Set(inputIds.map((id) => words.get(id)))];
    const ways = inputIds.flatMap((entryId) => {
      const leaf = branches.newestBelow(entryId);
      return leaf ? [{ entryId, input: inputs.indexOf(words.get(entryId)), ...leaf }] : [];
    });
    return { entryId: activeId, ways };
  });
}

/** The same for an input and its retries. */
const wordsOf = (entry: Entry): string =>
  entry.kind === 'user' ? JSON.stringify([entry.content, entry.attachments ?? []]) : '';
