/** The log as it may be sent. What is stored now is masked already; what was stored before is masked as it is read. */
import type { Entry } from '../../protocol/entries.ts';
import type { SessionStore } from '../session/store.ts';
import { entryTexts } from './maskedEntries.ts';
import type { Masker } from './masker.ts';

export type EntryReads = Pick<SessionStore, 'path' | 'entries' | 'ofKinds'>;

export function maskedReads(store: EntryReads, masker: Masker): EntryReads {
  return {
    path: async (sessionId, options) =>
      maskedEntries(masker, sessionId, await store.path(sessionId, options)),
    entries: async (sessionId, ids) => maskedEntries(masker, sessionId, await store.entries(sessionId, ids)),
    ofKinds: async (sessionId, kinds) =>
      maskedEntries(masker, sessionId, await store.ofKinds(sessionId, kinds)),
  };
}

/** Throws `masking_failed`. */
export const maskedEntries = <E extends Entry>(
  masker: Masker,
  sessionId: string,
  entries: readonly E[],
): Promise<E[]> =>
  masker.through<E[]>([...entries], sessionId, (all, swap) => all.map((entry) => entryTexts(entry, swap)));
