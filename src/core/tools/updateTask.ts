import { z } from 'zod';
import { taskStep } from '../../protocol/memory.ts';
import { invalidInput } from '../errors.ts';
import { changedTask, projectTasks } from '../memory/tasks.ts';
import type { SessionStore } from '../session/store.ts';
import { taskText } from './taskText.ts';
import { type Tool, toolOf } from './tool.ts';

const input = z.strictObject({
  // Not told as a UUID, whose pattern would take more tokens than everything else here.
  taskId: z
    .string()
    .max(64)
    .optional()
    .describe('Id of the task to change. Leave it out to begin a new one.'),
  title: z.string().min(1).max(200).optional().describe('What is to be reached. A new task needs one.'),
  state: z.enum(['open', 'done', 'abandoned']).optional(),
  steps: z
    .array(taskStep)
    .max(100)
    .optional()
    .describe(
      'All steps in order; they take the place of those before. awaited: waits for the user or for something else.',
    ),
});

/** Tasks outlive the conversation they came up in, so that they are entries of the log and not words of an answer. */
export function updateTask(store: Pick<SessionStore, 'ofKinds'>): Tool {
  return toolOf({
    name: 'update_task',
    description:
      'Begins or changes a task of this session: a job of several steps whose state must not be lost. Use it when such a job begins, when a step changes, and when it ends. Do not use it for what one answer settles.',
    input,
    async run({ taskId, title, state, steps }, { sessionId, now, append }) {
      const tasks = projectTasks(await store.ofKinds(sessionId, ['task']));
      const known = tasks.map((task) => task.taskId);
      if (taskId !== undefined && !known.includes(taskId))
        throw invalidInput(
          'taskId',
          JSON.stringify(taskId),
          known.length === 0 ? 'nothing: there is no task yet' : `one of ${known.join(', ')}`,
        );
      const changed = changedTask(
        tasks,
        {
          ...(taskId === undefined ? {} : { taskId }),
          ...(title === undefined ? {} : { title }),
          ...(state === undefined ? {} : { state }),
          ...(steps === undefined ? {} : { steps }),
        },
        crypto.randomUUID(),
      );
      await append({ ...changed, kind: 'task', id: crypto.randomUUID(), at: now, door: 'core' });
      return taskText(changed);
    },
  });
}
