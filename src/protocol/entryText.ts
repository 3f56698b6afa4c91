/** What an entry says in words, as it is looked through and quoted. */
import { plainText } from './content.ts';
import type { Entry, FrameBody } from './entries.ts';

/** Empty for kinds that say nothing of the conversation itself, and for entries without words. */
export function entryText(entry: Entry): string {
  switch (entry.kind) {
    case 'user':
      return joined([plainText(entry.content), ...(entry.attachments ?? []).map(({ path }) => path)]);
    case 'assistant':
      return plainText(entry.content);
    case 'tool_result':
      return joined(entry.results.map(({ content }) => plainText(content)));
    case 'frame':
      return frameText(entry.body);
    case 'directive':
    case 'task':
    case 'title':
    case 'model':
    case 'profile':
    case 'rewind':
      return '';
    default:
      return entry satisfies never;
  }
}

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n');

function frameText({ goals, decisions, facts, entities, files, failed, openSteps, preferences }: FrameBody) {
  return joined([
    ...goals,
    ...decisions.map(({ what, why }) => `${what} ${why}`),
    ...facts,
    ...entities.map(({ name, note }) => `${name} ${note}`),
    ...files.map(({ path, state, symbols }) => [path, state, ...symbols].join(' ')),
    ...failed,
    ...openSteps,
    ...preferences,
  ]);
}
