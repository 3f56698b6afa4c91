/** Jobs of several steps: what is done, what is pending and what is waited for, all of it editable. */
import { useState } from 'preact/hooks';
import type { TaskView } from '../../src/protocol/memory.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon, IconButton } from './controls.tsx';
import { AddText, EditText, focusAgain } from './editText.tsx';
import { Step } from './step.tsx';

/** Characters of a title and of a step, as the wire takes them. */
const longestTitle = 200;
const longestStep = 2_000;

export function Tasks({ tasks, readOnly }: { tasks: readonly TaskView[]; readOnly: boolean }) {
  const { context } = useApp();
  const open = tasks.filter(({ state }) => state === 'open');
  const closed = tasks.filter(({ state }) => state !== 'open');
  return (
    <section class="part" aria-labelledby="tasks" data-section="tasks">
      <h2 id="tasks">{t('tasks')}</h2>
      {!readOnly && (
        <AddText
          label={t('taskAdd')}
          hint={t('taskAddHint')}
          most={longestTitle}
          onAdd={async (title) =>
            (await context.change({ type: 'task', change: { title, steps: [] } })) !== undefined
          }
        />
      )}
      {open.length === 0 && <p class="faint screen-note">{t('tasksNone')}</p>}
      {open.map((task) => (
        <OpenTask key={task.taskId} task={task} readOnly={readOnly} />
      ))}
      {closed.length > 0 && (
        <details class="step fold-part">
          <summary>{t('tasksClosed', closed.length)}</summary>
          <ul>
            {closed.map((task) => (
              <ClosedTask key={task.taskId} task={task} readOnly={readOnly} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function OpenTask({ task, readOnly }: { task: TaskView; readOnly: boolean }) {
  const { context } = useApp();
  const [renaming, setRenaming] = useState(false);
  const { taskId, title, steps } = task;
  const editId = `edit-${taskId}`;
  return (
    <section class="task" aria-label={title}>
      {renaming ? (
        <EditText
          label={t('taskRename', title)}
          text={title}
          most={longestTitle}
          onEnd={(changed) => {
            setRenaming(false);
            focusAgain(editId);
            if (changed !== undefined && changed !== title) {
              void context.change({ type: 'task', change: { taskId, title: changed } });
            }
          }}
        />
      ) : (
        <div class="line">
          <h3 class="line-words">{title}</h3>
          {!readOnly && (
            <span class="line-acts">
              <IconButton
                icon="edit"
                id={editId}
                label={t('taskRename', title)}
                onClick={() => setRenaming(true)}
              />
              <IconButton
                icon="check-all"
                label={t('taskDone', title)}
                onClick={() => void context.change({ type: 'task', change: { taskId, state: 'done' } })}
              />
              <IconButton
                icon="circle-slash"
                label={t('taskAbandon', title)}
                onClick={() => void context.change({ type: 'task', change: { taskId, state: 'abandoned' } })}
              />
            </span>
          )}
        </div>
      )}
      <ul>
        {steps.map((step, index) => (
          <Step key={`${index} ${step.text}`} task={task} index={index} readOnly={readOnly} />
        ))}
      </ul>
      {!readOnly && (
        <AddText
          label={t('taskStepAdd', title)}
          hint={t('taskStepHint')}
          most={longestStep}
          onAdd={async (text) =>
            (await context.change({
              type: 'task',
              change: { taskId, steps: [...steps, { text, state: 'pending' }] },
            })) !== undefined
          }
        />
      )}
    </section>
  );
}

function ClosedTask({ task, readOnly }: { task: TaskView; readOnly: boolean }) {
  const { context } = useApp();
  const { taskId, title, state, steps } = task;
  const done = steps.filter((step) => step.state === 'done').length;
  return (
    <li class="line">
      <Icon name={state === 'done' ? 'check-all' : 'circle-slash'} />
      <span class="line-words">
        {title}
        <span class="faint line-meta">
          {[
            t(state === 'done' ? 'taskStateDone' : 'taskStateAbandoned'),
            ...(steps.length > 0 ? [t('taskCount', done, steps.length)] : []),
          ].join(' · ')}
        </span>
      </span>
      {!readOnly && (
        <span class="line-acts">
          <IconButton
            icon="discard"
            label={t('taskReopen', title)}
            onClick={() => void context.change({ type: 'task', change: { taskId, state: 'open' } })}
          />
        </span>
      )}
    </li>
  );
}
