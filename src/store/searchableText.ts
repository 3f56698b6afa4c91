import { plainText } from '../protocol/content.ts';
import type { Entry } from '../protocol/entries.ts';

/** What of an entry can be searched; empty for kinds that say nothing to a reader. */
export function searchableText(entry: Entry): string {
  switch (entry.kind) {
    case 'user':
    case 'assistant':
      return plainText(entry.content);
    case 'title':
      return entry.title;
    case 'directive':
      return entry.text;
    case 'task':
      return [entry.title, ...entry.steps.map((step) => step.text)].join('\n');
    case 'frame':
    case 'tool_result':
    case 'model':
    case 'profile':
    case 'rewind':
      return '';
    default:
      return entry satisfies never;
  }
}
