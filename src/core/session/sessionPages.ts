/** Pages of sessions, the newest first, whatever part of them is wanted. */
import type { SessionPlace, SessionSummary } from '../../protocol/session.ts';
import type { SessionStore } from './store.ts';

/** Sessions read at a time, so that no answer of the store holds the thread for more than a few ms. */
const chunk = 200;

/** Those that are wanted after a place, with the place of the last one where there are more. */
export async function pageOfSessions(
  store: Pick<SessionStore, 'list'>,
  asked: { limit: number; after: SessionPlace | undefined; trashed: boolean },
  wanted: (session: SessionSummary) => boolean,
): Promise<{ sessions: SessionSummary[]; next?: SessionPlace }> {
  const found: SessionSummary[] = [];
  let place = asked.after;
  for (let limit = chunk; ; ) {
    const after = place;
    // Sessions of the place's own millisecond are listed again, and those before it are left out.
    const listed = await store.list({
      trashed: asked.trashed,
      limit,
      ...(after === undefined ? {} : { before: after.updatedAt + 1 }),
    });
    const fresh = after === undefined ? listed : listed.filter((one) => isAfter(one, after));
    found.push(...fresh.filter(wanted));
    const last = found[asked.limit - 1];
    if (last && found.length > asked.limit) {
      const { updatedAt, id } = last;
      return { sessions: found.slice(0, asked.limit), next: { updatedAt, id } };
    }
    if (listed.length < limit) return { sessions: found };
    // More than a chunk of one millisecond, as an import leaves them, can only be passed with a larger one.
    if (fresh.length === 0) limit *= 2;
    place = fresh.at(-1) ?? place;
  }
}

const isAfter = (one: SessionPlace, { updatedAt, id }: SessionPlace): boolean =>
  one.updatedAt < updatedAt || (one.updatedAt === updatedAt && one.id > id);
