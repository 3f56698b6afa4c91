/** What a user or a program asked: one tinted block with its chips; long text folds; editing happens in place. */
import { memo } from 'preact/compat';
import { useRef, useState } from 'preact/hooks';
import type { UserBlock } from '../../src/protocol/content.ts';
import { plainText } from '../../src/protocol/content.ts';
import type { Attachment } from '../../src/protocol/entries.ts';
import { clock, doorWords } from '../format.ts';
import { t } from '../l10n.ts';
import type { UserRow } from '../rows.ts';
import { useApp } from './context.ts';
import { Icon, IconButton, TextButton } from './controls.tsx';

/** Lines and characters of a long input that are shown until the reader asks for all. */
const shownLines = 12;
const shownLetters = 1_200;

export const attachmentLabel = ({ path, startLine, endLine }: Attachment): string => {
  const name = path.split('/').at(-1) ?? path;
  if (startLine === undefined) return name;
  return endLine === undefined || endLine === startLine
    ? `${name}:${startLine}`
    : `${name}:${startLine}–${endLine}`;
};

export const attachmentIcons = {
  file: 'file',
  selection: 'list-selection',
  problems: 'warning',
  diff: 'diff',
} as const satisfies Record<Attachment['kind'], string>;

export const UserTurn = memo(
  ({ row, earlier, editing }: { row: UserRow; earlier: boolean; editing: boolean }) => {
    const { panel } = useApp();
    const { entry } = row;
    const text = plainText(entry.content);
    const readOnly = panel.state.value.session?.readOnly ?? false;
    const author = entry.client
      ? t('sentBy', entry.client, t(doorWords[entry.door]))
      : entry.door === 'panel'
        ? t('you')
        : t('sentBy', t('you'), t(doorWords[entry.door]));
    return (
      <>
        <h2 class="for-readers">{earlier ? t('userAt', clock(entry.at)) : t('userTurn', row.turn)}</h2>
        <div class="user">
          <div class="user-head">
            <span class="author">
              {entry.client && <Icon name="plug" />}
              {author}
            </span>
            {!editing && !readOnly && (
              <IconButton
                class="quiet"
                icon="edit"
                label={t('editTip')}
                onClick={() => panel.dispatch({ type: 'editing', entryId: entry.id })}
              />
            )}
            <time class="faint">{clock(entry.at)}</time>
          </div>
          {editing ? <EditBox row={row} text={text} /> : <Folding text={text} />}
          {entry.content.map((block) => (
            <Media key={mediaKey(block)} block={block} />
          ))}
          <Chips attachments={entry.attachments ?? []} />
        </div>
      </>
    );
  },
);

const mediaKey = (block: UserBlock): string =>
  block.type === 'text'
    ? 'text'
    : `${block.type} ${block.source.data.length} ${block.source.data.slice(0, 64)}`;

function Media({ block }: { block: UserBlock }) {
  if (block.type === 'text') return null;
  if (block.type === 'document') {
    return (
      <span class="chip">
        <Icon name="file-pdf" />
        {t('document', block.title ?? block.source.media_type)}
      </span>
    );
  }
  return <img src={`data:${block.source.media_type};base64,${block.source.data}`} alt={t('imageSent')} />;
}

function Chips({ attachments }: { attachments: readonly Attachment[] }) {
  if (attachments.length === 0) return null;
  return (
    <ul class="chips" aria-label={t('contextSent')}>
      {attachments.map((item) => (
        <li class="chip" key={`${item.kind} ${item.uri} ${item.startLine}`} title={item.path}>
          <Icon name={attachmentIcons[item.kind]} />
          {attachmentLabel(item)}
        </li>
      ))}
    </ul>
  );
}

function Folding({ text }: { text: string }) {
  const [open, setOpen] = useState(false);
  const long = text.length > shownLetters * 1.5 || text.split('\n', shownLines * 2).length >= shownLines * 2;
  if (!long) return <div class="typed">{text}</div>;
  const start = text.slice(0, shownLetters).split('\n').slice(0, shownLines).join('\n');
  return (
    <>
      <div class="typed">{open ? text : `${start}…`}</div>
      <button type="button" class="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? t('showLess') : t('showMore')}
      </button>
    </>
  );
}

function EditBox({ row, text }: { row: UserRow; text: string }) {
  const { panel, acts } = useApp();
  const box = useRef<HTMLTextAreaElement>(null);
  const close = () => {
    panel.dispatch({ type: 'editing', entryId: undefined });
    panel.navigate('input');
  };
  const send = async () => {
    if (await acts.resend(row.entry, box.current?.value ?? '')) panel.navigate('input');
  };
  return (
    <div class="edit">
      <textarea
        ref={(element) => {
          if (element && box.current !== element) {
            box.current = element;
            element.focus();
            element.setSelectionRange(element.value.length, element.value.length);
          }
        }}
        aria-label={t('editTip')}
        defaultValue={text}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === 'Escape') {
            event.stopPropagation();
            close();
          } else if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            void send();
          }
        }}
      />
      <div class="buttons">
        <TextButton primary onClick={() => void send()}>
          {t('sendEdit')}
        </TextButton>
        <TextButton onClick={close}>{t('cancel')}</TextButton>
      </div>
    </div>
  );
}
