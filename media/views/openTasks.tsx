/** Open tasks above the input: one line each, which opens to its steps. */
import type { TaskView } from '../../src/protocol/memory.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon } from './controls.tsx';
import { StepBox } from './step.tsx';

export function OpenTasks() {
  const { panel } = useApp();
  const { context, session } = panel.state.value;
  const open = context.memory?.tasks.filter(({ state }) => state === 'open') ?? [];
  if (open.length === 0) return null;
  return (
    <ul class="open-tasks" aria-label={t('openTasks')}>
      {open.map((task) => (
        <li key={task.taskId}>
          <OpenTask task={task} readOnly={session?.readOnly ?? false} />
        </li>
      ))}
    </ul>
  );
}

function OpenTask({ task, readOnly }: { task: TaskView; readOnly: boolean }) {
  const { context } = useApp();
  const { taskId, title, steps } = task;
  const counted = steps.filter(({ state }) => state !== 'dropped');
  const done = counted.filter(({ state }) => state === 'done').length;
  const next = steps.find(({ state }) => state === 'pending' || state === 'awaited');
  return (
    <details class="step open-task">
      <summary>
        <Icon name="checklist" />
        <span class="step-words">{title}</span>
        {counted.length > 0 && <span class="faint task-count">{t('taskCount', done, counted.length)}</span>}
        {next && <span class="faint step-words task-next">{t('taskNext', next.text)}</span>}
      </summary>
      <ul class="open-steps">
        {steps.map((step, index) => (
          <li key={`${index} ${step.text}`} class={`step-line ${step.state}`}>
            <StepBox
              step={step}
              readOnly={readOnly}
              onChange={(state) => {
                const changed = steps.map((one, at) => (at === index ? { ...one, state } : one));
                void context.change({ type: 'task', change: { taskId, steps: changed } });
              }}
            />
          </li>
        ))}
      </ul>
    </details>
  );
}
