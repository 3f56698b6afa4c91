/** Documents of a session whose profile keeps them: they stand before everything that changes, as they were sent. */
import type { UserEntry } from '../../protocol/entries.ts';
import type { SessionStore } from '../session/store.ts';

/** Inputs with a document, oldest first, of the branch the request follows. */
export async function keptDocuments(
  store: Pick<SessionStore, 'ofKinds'>,
  sessionId: string,
  isOnBranch: (entryId: string) => boolean,
): Promise<UserEntry[]> {
  const inputs = await store.ofKinds(sessionId, ['user']);
  return inputs.filter(
    ({ id, content }) => content.some(({ type }) => type === 'document') && isOnBranch(id),
  );
}
