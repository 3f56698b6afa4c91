import type { Entry, EntryKind } from '../protocol/entries.ts';

/** Whether an entry is of one of some kinds, for the compiler too. */
export function isOfKind<K extends EntryKind>(
  entry: Entry,
  kinds: readonly K[],
): entry is Extract<Entry, { kind: K }> {
  return kinds.some((kind) => kind === entry.kind);
}
