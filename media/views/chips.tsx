import type { Attachment } from '../../src/protocol/entries.ts';
import type { ContextChip } from '../../src/protocol/panel.ts';
import { focusInput } from '../focus.ts';
import { tokens } from '../format.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon } from './controls.tsx';
import { attachmentIcons, attachmentLabel } from './userTurn.tsx';

/** The context of the next turn: what the editor offers, then what the user attached. */
export function Chips() {
  const { panel, acts } = useApp();
  const { draft } = panel.state.value;
  const chips = panel.preview.value?.chips ?? [];
  const { excluded } = draft;
  const automatic = chips.filter(
    ({ source, id }) => source === 'auto' && !excluded.some((chip) => chip.id === id),
  );
  // The host counts attachments in the order in which they were sent to it.
  const counted = chips.filter(({ source }) => source === 'attached');
  const outside = chips.filter(({ source }) => source === 'out');
  if (automatic.length + excluded.length + draft.attachments.length + outside.length === 0) return null;
  const remove = (gone: Attachment) =>
    acts.setDraft(
      draft.text,
      draft.attachments.filter((item) => item !== gone),
    );
  return (
    <ul class="chips" aria-label={t('draftContext')}>
      {automatic.map((chip) => (
        <Chip
          key={chip.id}
          icon="file"
          label={chip.label}
          counted={chip}
          onRemove={() => acts.toggleChip(chip)}
        />
      ))}
      {excluded.map((chip) => (
        <li key={chip.id} class="chip excluded">
          <span class="chip-words">{chip.label}</span>
          <button
            type="button"
            class="chip-button"
            title={t('takeBack', chip.label)}
            aria-label={t('takeBack', chip.label)}
            onClick={() => acts.toggleChip(chip)}
          >
            <Icon name="discard" />
          </button>
        </li>
      ))}
      {draft.attachments.map((item, index) => (
        <Chip
          key={`${item.kind} ${item.uri} ${item.startLine} ${item.endLine}`}
          icon={attachmentIcons[item.kind]}
          label={attachmentLabel(item)}
          counted={counted[index]}
          onRemove={() => remove(item)}
        />
      ))}
      {outside.map((chip) => (
        <OutChip key={chip.id} chip={chip} />
      ))}
    </ul>
  );
}

/** An open file that is not sent: why, and the way to send it all the same. */
function OutChip({ chip }: { chip: ContextChip }) {
  const { acts } = useApp();
  const tip = t('chipOut', chip.label, chip.reason);
  const name = `${t('addAnyway', chip.label)}. ${tip}`;
  return (
    <li class="chip out" title={tip}>
      <Icon name="circle-slash" />
      <span class="chip-words">{chip.label}</span>
      <span class="chip-why">{chip.reason}</span>
      <button
        type="button"
        class="chip-button"
        title={name}
        aria-label={name}
        onClick={() => {
          focusInput();
          void acts.addOpenFile(chip.id);
        }}
      >
        <Icon name="add" />
      </button>
    </li>
  );
}

function Chip(props: {
  icon: string;
  label: string;
  counted: ContextChip | undefined;
  onRemove: () => void;
}) {
  const { counted, label } = props;
  const tip = counted ? t('chipTip', tokens(counted.tokens), counted.reason) : label;
  const name = `${t('removeContext', label)}. ${tip}`;
  return (
    <li class="chip" title={tip}>
      <Icon name={props.icon} />
      <span class="chip-words">{label}</span>
      <button
        type="button"
        class="chip-button"
        title={name}
        aria-label={name}
        onClick={() => {
          focusInput();
          props.onRemove();
        }}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}
