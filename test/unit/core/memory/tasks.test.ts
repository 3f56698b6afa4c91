import assert from 'node:assert/strict';
import { changedTask, taskText, toldTasks } from '../../../../src/core/memory/tasks.ts';
import type { TaskChange, TaskView } from '../../../../src/protocol/memory.ts';

const task = (taskId: string, state: TaskView['state'], at: number): TaskView => ({
  taskId,
  at,
  title: `Task ${taskId}`,
  state,
  steps: [
    { text: 'Read it', state: 'done' },
    { text: 'Mend it', state: 'awaited' },
  ],
});
const open = task('a', 'open', 1);

const texts: [TaskView, string][] = [
  [open, 'Task a\n- [done] Read it\n- [awaited] Mend it'],
  [task('b', 'done', 1), 'Done: Task b (1 of 2 steps)'],
  [{ ...task('c', 'abandoned', 1), steps: [] }, 'Abandoned: Task c'],
];

const changes: [what: string, change: TaskChange, becomes: Partial<TaskView>][] = [
  ['its state', { taskId: 'a', state: 'done' }, { state: 'done', steps: open.steps }],
  ['its title', { taskId: 'a', title: ' Other ' }, { title: 'Other', state: 'open' }],
  ['all its steps', { taskId: 'a', steps: [] }, { title: 'Task a', steps: [] }],
  ['a task into another one', { title: 'New' }, { taskId: 'new', title: 'New', state: 'open', steps: [] }],
];

describe('A task', () => {
  for (const [view, text] of texts)
    it(`that is ${view.state} reads as ${text.split('\n').length} lines`, () =>
      assert.equal(taskText(view), text));

  for (const [what, change, becomes] of changes)
    it(`changes ${what} and nothing else`, () => {
      const changed = changedTask([open], change, 'new');
      assert.deepEqual(changed, { ...changed, ...becomes });
    });

  it('is told of while it is open, and for a while after', () => {
    const many = [open, ...['1', '2', '3', '4', '5'].map((id) => task(id, 'done', Number(id)))];
    assert.deepEqual(
      toldTasks(many).map(({ taskId }) => taskId),
      ['a', '3', '4', '5'],
    );
  });
});
