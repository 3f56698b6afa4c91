/** What of an entry the recall index is given. */
import type { Entry } from '../../protocol/entries.ts';
import { entryText } from '../../protocol/entryText.ts';
import type { RecallDocument } from './document.ts';

/** Characters of a turn; what is longer is pasted, and its beginning says what it is. */
const longestTurn = 50_000;
/** Characters of what a tool gave back, which is mostly data: enough for what it was about. */
const longestResult = 4_000;

/** `covered` are the entries that a frame stands for. */
export function documentsOf(entry: Entry, covered: readonly string[]): RecallDocument[] {
  const { id, seq, at } = entry;
  const text = entryText(entry);
  switch (entry.kind) {
    case 'user':
      return spoken({ id, seq, at, role: 'user', text: text.slice(0, longestTurn) });
    case 'assistant':
      return spoken({ id, seq, at, role: 'assistant', text: text.slice(0, longestTurn) });
    case 'tool_result':
      return spoken({ id, seq, at, role: 'tool', text: text.slice(0, longestResult) });
    case 'frame':
      return [
        // A frame that is off says nothing, but what its notes say of the entries stays true.
        ...(entry.active ? spoken({ id, seq, at, role: 'frame', text, covers: covered }) : []),
        ...(entry.notes ?? []).flatMap((note, index) =>
          spoken({ id: `${id}:${index}`, seq, at, role: 'note', text: note.text, covers: [note.entryId] }),
        ),
      ];
    case 'directive':
    case 'task':
    case 'title':
    case 'model':
    case 'profile':
    case 'rewind':
      return [];
    default:
      return entry satisfies never;
  }
}

const spoken = (document: RecallDocument): RecallDocument[] =>
  document.text.trim() === '' ? [] : [document];
