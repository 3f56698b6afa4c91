import type { TaskView } from '../../protocol/memory.ts';

/** A task as a model reads it in a result. */
export function taskText(task: Omit<TaskView, 'at'>): string {
  const steps = task.steps.map(({ text, state }, index) => `${index + 1}. [${state}] ${text}`);
  return [`task ${task.taskId} (${task.state}): ${task.title}`, ...steps].join('\n');
}
