/** What a change makes of a session's tasks. Pure, and the same for the model's tool and for the user's panel. */
import type { EntryDraft, TaskEntry } from '../../protocol/entries.ts';
import type { TaskChange } from '../../protocol/memory.ts';
import { invalidInput, notFound } from '../errors.ts';

type TaskDraft = Extract<EntryDraft, { kind: 'task' }>;

/** The newest entry of each task, oldest task first. */
export function currentTasks(entries: readonly TaskEntry[]): TaskEntry[] {
  return [...new Map(entries.map((entry) => [entry.taskId, entry])).values()];
}

/** What the entry of the changed task says. Throws `not_found`, and `invalid_input` for a new one without a title. */
export function changedTask(
  entries: readonly TaskEntry[],
  change: TaskChange,
): Pick<TaskDraft, 'kind' | 'taskId' | 'title' | 'state' | 'steps'> {
  const { taskId } = change;
  const before = currentTasks(entries).find((entry) => entry.taskId === taskId);
  if (taskId !== undefined && !before) throw notFound('task', taskId);
  const title = change.title ?? before?.title;
  if (title === undefined)
    throw invalidInput('title', 'nothing', 'a title of 1 to 200 characters for a new task');
  return {
    kind: 'task',
    taskId: taskId ?? crypto.randomUUID(),
    title,
    state: change.state ?? before?.state ?? 'open',
    steps: change.steps ?? before?.steps ?? [],
  };
}

/** A task as a model reads it. */
export function taskText(task: Pick<TaskEntry, 'taskId' | 'title' | 'state' | 'steps'>): string {
  const steps = task.steps.map(({ text, state }, index) => `${index + 1}. [${state}] ${text}`);
  return [`task ${task.taskId} (${task.state}): ${task.title}`, ...steps].join('\n');
}
