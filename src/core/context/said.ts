/** What was said and done in a run of entries, as text: the material of a frame. Pure. */
import { plainText, type ToolResultBlock } from '../../protocol/content.ts';
import type { AssistantEntry, Entry, UserEntry } from '../../protocol/entries.ts';
import { entryText } from '../../protocol/entryText.ts';

export interface Touched {
  path: string;
  how: 'attached' | 'read' | 'changed';
}

export interface Said {
  entryId: string;
  turnId: string;
  role: 'user' | 'assistant' | 'tool';
  text: string;
  touched: Touched[];
  /** First lines of what tools said had failed. */
  failures: string[];
}

/** Oldest first; entries in which nobody said anything are left out. */
export function saidIn(entries: readonly Entry[]): Said[] {
  return entries.flatMap((entry): Said[] => {
    switch (entry.kind) {
      case 'user':
        return [{ ...said(entry, 'user', plainText(entry.content)), touched: attached(entry) }];
      case 'assistant':
        return [{ ...said(entry, 'assistant', answerText(entry)), touched: touchedBy(entry) }];
      case 'tool_result':
        return [{ ...said(entry, 'tool', entryText(entry)), failures: entry.results.flatMap(failureOf) }];
      case 'frame':
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
  });
}

const said = (entry: { id: string; turnId: string }, role: Said['role'], text: string): Said => ({
  entryId: entry.id,
  turnId: entry.turnId,
  role,
  text,
  touched: [],
  failures: [],
});

const attached = ({ attachments = [] }: UserEntry): Touched[] =>
  attachments.map(({ path }) => ({ path, how: 'attached' }));

/** What went wrong with an answer belongs to what was tried. */
const answerText = ({ content, error }: AssistantEntry): string =>
  [plainText(content), error?.message ?? ''].filter((text) => text !== '').join('\n');

const changes = /write|edit|create|patch|apply|delete|rename|move/i;

/** Paths among the inputs of tool calls; a tool whose name says so changes what it names. */
function touchedBy({ content }: AssistantEntry): Touched[] {
  return content.flatMap((block): Touched[] => {
    if (block.type !== 'tool_use') return [];
    const how = changes.test(block.name) ? 'changed' : 'read';
    return Object.entries(block.input).flatMap(([key, value]): Touched[] =>
      /path|file/i.test(key) && typeof value === 'string' && value !== '' ? [{ path: value, how }] : [],
    );
  });
}

function failureOf({ is_error, content }: ToolResultBlock): string[] {
  const [first = ''] = plainText(content).split('\n', 1);
  return is_error === true && first.trim() !== '' ? [first.trim()] : [];
}
