/** From the entries of tasks to the tasks as they stand, and what a change makes of one. Pure. */
import type { TaskEntry } from '../../protocol/entries.ts';
import type { TaskChange, TaskView } from '../../protocol/memory.ts';
import { invalidInput, notFound } from '../errors.ts';

/** In the order in which they were begun. `entries` in the order of the log. */
export function projectTasks(entries: readonly TaskEntry[]): TaskView[] {
  const tasks = new Map<string, TaskView>();
  for (const { taskId, at, title, state, steps } of entries)
    tasks.set(taskId, { taskId, at, title, state, steps });
  return [...tasks.values()];
}

/** Throws `not_found` for a task that is not there, and `invalid_input` for a new one without a title. */
export function changedTask(
  tasks: readonly TaskView[],
  change: TaskChange,
  newId: string,
): Omit<TaskView, 'at'> {
  const { taskId, title, state, steps } = change;
  const before = tasks.find((task) => task.taskId === taskId);
  if (taskId !== undefined && !before) throw notFound('task', taskId);
  const named = (title ?? before?.title ?? '').trim();
  if (named === '') throw invalidInput('title', 'nothing', 'a title for the new task');
  return {
    taskId: before?.taskId ?? newId,
    title: named,
    state: state ?? before?.state ?? 'open',
    steps: steps ?? before?.steps ?? [],
  };
}
