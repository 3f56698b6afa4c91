/** What a user or a program asked: one tinted block with its chips; long text folds; editing happens in place. */
import { memo } from 'preact/compat';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { UserBlock } from '../../src/protocol/content.ts';
import { plainText } from '../../src/protocol/content.ts';
import type { Attachment, UserEntry } from '../../src/protocol/entries.ts';
import { canResend } from '../acts.ts';
import { author, clock } from '../format.ts';
import { t } from '../l10n.ts';
import type { UserRow } from '../rows.ts';
import { useApp } from './context.ts';
import { Icon, IconButton, TextButton } from './controls.tsx';
import { InputWays } from './ways.tsx';

/** Lines and characters of a long input that are shown until the reader asks for all. */
const shownLines = 12;
const shownLetters = 1_200;

export const attachmentLabel = ({ kind, path, startLine, endLine }: Attachment): string => {
  // A title may have any sign in it.
  if (kind === 'session') return path;
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
  folder: 'folder',
  symbol: 'symbol-method',
  terminal: 'terminal',
  session: 'comment-discussion',
  image: 'file-media',
  pdf: 'file-pdf',
} as const satisfies Record<Attachment['kind'], string>;

export const UserTurn = memo(
  ({ row, earlier, edit }: { row: UserRow; earlier: boolean; edit: string | undefined }) => {
    const { panel, acts } = useApp();
    const { entry } = row;
    const readOnly = panel.state.value.session?.readOnly ?? false;
    return (
      <>
        <h2 class="for-readers">{heading(row, earlier)}</h2>
        <div class="user">
          <div class="user-head">
            <span class="author">
              {entry.client && <Icon name="plug" />}
              {author(entry)}
            </span>
            {!readOnly && <InputWays entryId={entry.id} />}
            {edit === undefined && !readOnly && (
              <IconButton class="quiet" icon="edit" label={t('editTip')} onClick={() => acts.edit(entry)} />
            )}
            <time class="faint">{clock(entry.at)}</time>
          </div>
          {edit === undefined || readOnly ? (
            <Folding text={plainText(entry.content)} />
          ) : (
            <EditBox entry={entry} text={edit} />
          )}
          {entry.content.map((block) => (
            <Media key={mediaKey(block)} block={block} />
          ))}
          <Chips attachments={entry.attachments ?? []} />
        </div>
      </>
    );
  },
);

/** Turns are counted from the first; where that is not loaded, the time says which it is. */
function heading({ entry, turn }: UserRow, earlier: boolean): string {
  const at = clock(entry.at);
  if (entry.client) return earlier ? t('inputOfAt', author(entry), at) : t('inputOf', author(entry), turn);
  return earlier ? t('userAt', at) : t('userTurn', turn);
}

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

function EditBox({ entry, text }: { entry: UserEntry; text: string }) {
  const { panel, acts } = useApp();
  const box = useRef<HTMLTextAreaElement>(null);
  const asked = panel.editAsked.value === entry.id;
  // A box that is drawn again by scrolling or by a reload takes the focus from nothing.
  useLayoutEffect(() => {
    const element = box.current;
    if (!asked || !element) return;
    panel.editAsked.value = undefined;
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
  }, [asked, panel]);
  const close = () => {
    acts.setEdit(entry.id, undefined);
    panel.navigate('input');
  };
  const send = async () => {
    if (await acts.resend(entry, text)) panel.navigate('input');
  };
  return (
    <div class="edit">
      <textarea
        ref={box}
        aria-label={t('editTip')}
        value={text}
        onInput={(event) => acts.setEdit(entry.id, event.currentTarget.value)}
        onBlur={() => panel.drafts.flush()}
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
        <TextButton primary disabled={!canResend(entry, text)} onClick={() => void send()}>
          {t('sendEdit')}
        </TextButton>
        <TextButton onClick={close}>{t('cancel')}</TextButton>
      </div>
    </div>
  );
}
