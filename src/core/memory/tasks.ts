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

/** Tasks that are over and still told of: a model asked to go on must not begin what was just done. */
const mostOver = 3;

/** What a model is told of: all that are open, and of the others the newest, in the order in which they were begun. */
export function toldTasks(tasks: readonly TaskView[]): TaskView[] {
  const over = tasks.filter(({ state }) => state !== 'open').sort((a, b) => b.at - a.at);
  const told = new Set(over.slice(0, mostOver));
  return tasks.filter((task) => task.state === 'open' || told.has(task));
}

/** As a model reads it: an open task with all its steps, another in a line. */
export function taskText({ title, state, steps }: TaskView): string {
  if (state === 'open') return [title, ...steps.map((step) => `- [${step.state}] ${step.text}`)].join('\n');
  const done = steps.filter((step) => step.state === 'done').length;
  const count = steps.length === 0 ? '' : ` (${done} of ${steps.length} steps)`;
  return `${state === 'done' ? 'Done' : 'Abandoned'}: ${title}${count}`;
}
