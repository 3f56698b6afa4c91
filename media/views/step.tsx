/** One step of a task: a box to tick, its words, and whether it is waited for or dropped. */
import { useState } from 'preact/hooks';
import type { TaskView } from '../../src/protocol/memory.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { IconButton } from './controls.tsx';
import { EditText, focusAgain } from './editText.tsx';

type TaskStep = TaskView['steps'][number];

/** Characters of a step, as the wire takes them. */
const longest = 2_000;

export function Step({ task, index, readOnly }: { task: TaskView; index: number; readOnly: boolean }) {
  const { context } = useApp();
  const [editing, setEditing] = useState(false);
  const step = task.steps[index];
  if (!step) return null;
  const { text, state } = step;
  const editId = `step-${task.taskId}-${index}`;
  const change = (to: Partial<TaskStep>) => {
    const steps = task.steps.map((one, at) => (at === index ? { ...one, ...to } : one));
    void context.change({ type: 'task', change: { taskId: task.taskId, steps } });
  };
  if (editing) {
    return (
      <li>
        <EditText
          label={t('stepEdit', text)}
          text={text}
          most={longest}
          onEnd={(changed) => {
            setEditing(false);
            focusAgain(editId);
            if (changed !== undefined && changed !== text) change({ text: changed });
          }}
        />
      </li>
    );
  }
  return (
    <li class={`line step-line ${state}`}>
      <StepBox step={step} readOnly={readOnly} onChange={(next) => change({ state: next })} />
      {!readOnly && (
        <span class="line-acts">
          <IconButton icon="edit" id={editId} label={t('stepEdit', text)} onClick={() => setEditing(true)} />
          <IconButton
            icon="clockface"
            label={t('stepAwait', text)}
            pressed={state === 'awaited'}
            onClick={() => change({ state: state === 'awaited' ? 'pending' : 'awaited' })}
          />
          {state === 'dropped' ? (
            <IconButton
              icon="discard"
              label={t('stepTakeUp', text)}
              onClick={() => change({ state: 'pending' })}
            />
          ) : (
            <IconButton
              icon="close"
              label={t('stepDrop', text)}
              onClick={() => change({ state: 'dropped' })}
            />
          )}
        </span>
      )}
    </li>
  );
}

/** The box with its words; a step that is waited for or dropped says so. */
export function StepBox(props: {
  step: TaskStep;
  readOnly: boolean;
  onChange: (state: TaskStep['state']) => void;
}) {
  const { text, state } = props.step;
  return (
    <label class="step-box line-words">
      <input
        type="checkbox"
        checked={state === 'done'}
        disabled={props.readOnly || state === 'dropped'}
        onChange={(event) => props.onChange(event.currentTarget.checked ? 'done' : 'pending')}
      />
      <span>
        <span class="step-text">{text}</span>
        {(state === 'awaited' || state === 'dropped') && (
          <span class="faint"> {t(state === 'awaited' ? 'stepAwaited' : 'stepDropped')}</span>
        )}
      </span>
    </label>
  );
}
