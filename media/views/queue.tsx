import { focusInput } from '../focus.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon, IconButton } from './controls.tsx';

/** Inputs that wait for the live turn to end; each can be taken back, to edit it or for good. */
export function Queue() {
  const { panel, acts } = useApp();
  const { queue } = panel.state.value;
  if (queue.length === 0) return null;
  const back = (edit: boolean, turn: (typeof queue)[number]) => {
    focusInput();
    void acts.withdraw(turn, edit);
  };
  return (
    <ol class="queue" aria-label={t('queue')}>
      {queue.map((turn) => (
        <li key={turn.turnId}>
          <Icon name="history" />
          <span class="queue-words" title={turn.text}>
            <span class="faint">{t('queued', turn.position)}</span>{' '}
            {turn.client && <span class="faint">{turn.client}: </span>}
            {turn.text.slice(0, 300)}
          </span>
          <IconButton icon="edit" label={t('edit')} onClick={() => back(true, turn)} />
          <IconButton icon="close" label={t('withdraw')} onClick={() => back(false, turn)} />
        </li>
      ))}
    </ol>
  );
}
