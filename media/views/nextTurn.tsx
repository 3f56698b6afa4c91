/** What the user has decided about the next turn, where it can be taken back also when its segment is gone. */
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon, IconButton } from './controls.tsx';

export function NextTurn() {
  const { panel, acts, context } = useApp();
  const { excluded, pinned, replaced } = panel.state.value.draft;
  if (excluded.length + pinned.length + replaced.length === 0) return null;
  // Entries that were pinned together are one line, by the words they were shown with.
  const labels = [...new Set(pinned.map(({ label }) => label))];
  return (
    <section class="part" data-section="next">
      <h2>{t('forNextTurn')}</h2>
      <ul>
        {excluded.map((part) => (
          <Decision
            key={`out ${part.id}`}
            icon="circle-slash"
            label={part.label}
            what={t('leftOutNext')}
            undo={t('takeBack', part.label)}
            onUndo={() => acts.toggleChip(part)}
          />
        ))}
        {labels.map((label) => (
          <Decision
            key={`pin ${label}`}
            icon="pinned"
            label={label}
            what={t('pinnedNext')}
            undo={t('unpin', label)}
            onUndo={() => context.unpin(label)}
          />
        ))}
        {replaced.map(({ partId, label }) => (
          <Decision
            key={`edit ${partId}`}
            icon="edit"
            label={label}
            what={t('editedNext')}
            undo={t('revertOf', label)}
            onUndo={() => context.replace(partId, label, undefined)}
          />
        ))}
      </ul>
    </section>
  );
}

function Decision(props: { icon: string; label: string; what: string; undo: string; onUndo: () => void }) {
  return (
    <li class="line">
      <Icon name={props.icon} />
      <span class="line-words">
        {props.label}
        <span class="faint"> {props.what}</span>
      </span>
      <IconButton icon="discard" label={props.undo} onClick={props.onUndo} />
    </li>
  );
}
