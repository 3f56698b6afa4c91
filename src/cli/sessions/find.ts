import { notFound } from '../../core/errors.ts';
import type { SessionStore } from '../../core/session/store.ts';
import type { SessionSummary } from '../../protocol/session.ts';
import { isWholeId, theOne } from '../ids.ts';

/** More than any folder has; the store's own limit is for lists that people scroll. */
const everySession = 1_000_000;

/** Those in the trash too. Throws `not_found`, and `invalid_input` when the beginning names several. */
export async function findSession(store: SessionStore, wanted: string): Promise<SessionSummary> {
  if (isWholeId(wanted)) {
    const session = await store.get(wanted);
    if (!session) throw notFound('session', wanted);
    return session;
  }
  const lists = await Promise.all(
    [false, true].map((trashed) => store.list({ trashed, limit: everySession })),
  );
  return theOne('session', wanted, lists.flat());
}
