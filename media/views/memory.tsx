/** What the session remembers beside its turns: directives, tasks, frames; all of it can be changed. */
import { useEffect } from 'preact/hooks';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Directives } from './directives.tsx';
import { Frames } from './frames.tsx';
import { Screen } from './screen.tsx';
import { Tasks } from './tasks.tsx';

export function MemoryView() {
  const { panel, context } = useApp();
  const { context: shown, session } = panel.state.value;
  useEffect(() => void context.loadMemory(), [context]);
  const { memory } = shown;
  const readOnly = session?.readOnly ?? false;
  return (
    <Screen title={t('memory')}>
      {memory && (
        <>
          <Directives directives={memory.directives} readOnly={readOnly} />
          <Tasks tasks={memory.tasks} readOnly={readOnly} />
          <Frames frames={memory.frames} readOnly={readOnly} />
        </>
      )}
    </Screen>
  );
}
