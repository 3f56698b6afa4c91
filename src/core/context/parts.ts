/** What may be sent besides the conversation, as parts the user can leave out or write anew. Pure. */
import type { UserEntry } from '../../protocol/entries.ts';
import type { TaskView } from '../../protocol/memory.ts';
import { taskText } from '../memory/tasks.ts';
import { withoutEnd } from './tags.ts';

/** One text that goes whole or not at all. */
export interface Part {
  /** The name by which the user leaves it out of a turn or writes it anew. */
  id: string;
  label: string;
  /** As the model reads it, tags included. */
  text: string;
  reason: string;
  /** Entries of the log it comes from. */
  entryIds?: string[];
}

export type Counted<T> = T & { tokens: number };

/** What the user changed about the context of one turn. */
export type TurnChoices = Pick<UserEntry, 'excluded' | 'replaced' | 'pinned'>;

/** The user's own text for a part in this turn, else `text`. */
export function chosenText(choices: TurnChoices, id: string, text: string): string {
  return choices.replaced?.find(({ partId }) => partId === id)?.text ?? text;
}

/** The reason of a part, with a word on whose text it is. */
export function chosenReason(choices: TurnChoices, id: string, reason: string): string {
  const isReplaced = choices.replaced?.some(({ partId }) => partId === id) === true;
  return isReplaced ? `${reason} In your own words for this turn.` : reason;
}

export interface Directive {
  id: string;
  text: string;
  /** Confirmed, so that it is in every request. */
  pinned: boolean;
  /** Newer than the last frame: it is not in the prefix yet. */
  isNew: boolean;
  /** From the user's own list, in every workspace. */
  ofUser: boolean;
  /** The entry it was said in. */
  sourceId?: string;
}

export interface DirectivePart extends Part {
  pinned: boolean;
  isNew: boolean;
}

export function directiveParts(directives: readonly Directive[], choices: TurnChoices): DirectivePart[] {
  return directives.map(({ id: directiveId, text, pinned, isNew, ofUser, sourceId }) => {
    const id = `directive:${directiveId}`;
    const chosen = chosenText(choices, id, text).trim();
    return {
      id,
      label: shortened(text),
      text: `<directive>${withoutEnd('directive', chosen)}</directive>`,
      reason: chosenReason(choices, id, reasonOf(pinned, ofUser)),
      ...(sourceId === undefined ? {} : { entryIds: [sourceId] }),
      pinned,
      isNew,
    };
  });
}

function reasonOf(pinned: boolean, ofUser: boolean): string {
  if (ofUser) return 'A standing instruction of yours in every workspace.';
  if (pinned) return 'A standing instruction you gave in this session.';
  return 'Perhaps a standing instruction; it shares words with the input.';
}

/** Tasks in the order in which they were begun. */
export function taskParts(tasks: readonly TaskView[], choices: TurnChoices): Part[] {
  return tasks.map((task) => {
    const id = `task:${task.taskId}`;
    const text = withoutEnd('task', chosenText(choices, id, taskText(task)).trim());
    return {
      id,
      label: shortened(task.title),
      text: `<task id="${task.taskId}">\n${text}\n</task>`,
      reason: chosenReason(choices, id, taskReason(task)),
    };
  });
}

function taskReason({ state, steps }: TaskView): string {
  if (state !== 'open') return 'A task that was ended not long ago.';
  const open = steps.filter((step) => step.state === 'pending' || step.state === 'awaited').length;
  return `An open task with ${open} of ${steps.length} steps to do.`;
}

/** Characters of a label: a line of the inspector. */
const longestLabel = 80;

export function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= longestLabel ? line : `${line.slice(0, longestLabel - 1).trimEnd()}…`;
}
