import { invalidInput } from '../core/errors.ts';
import { type Entry, type EntryDraft, entry } from '../protocol/entries.ts';

/** The entry that a draft becomes at its place in a log. Throws `invalid_input`. */
export function placedEntry(draft: EntryDraft, parentId: string | null, seq: number): Entry {
  const parsed = entry.safeParse({ ...draft, parentId, seq });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalidInput(
    `entry.${issue?.path.join('.') ?? ''}`,
    'a value that does not fit',
    issue?.message ?? 'an entry',
  );
}
