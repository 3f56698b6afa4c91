/** The conversation: a feed of articles of which only those near the view are in the page. */
import { useComputed } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { plainText } from '../../src/protocol/content.ts';
import { author } from '../format.ts';
import { t } from '../l10n.ts';
import { rowId } from '../navigate.ts';
import type { NoteRow, Row } from '../rows.ts';
import { Answer } from './answer.tsx';
import { useApp } from './context.ts';
import { Icon } from './controls.tsx';
import { Empty } from './empty.tsx';
import { UserTurn } from './userTurn.tsx';

/** A guess of a row's height until it is measured: about 60 letters to a line of 20 pixels. */
function estimate(row: Row | undefined): number {
  if (!row) return 0;
  if (row.kind === 'note') return 32;
  const letters =
    row.kind === 'user'
      ? Math.min(1_200, plainText(row.entry.content).length)
      : row.blocks.reduce((sum, block) => sum + (block.type === 'text' ? block.text.length : 120), 0);
  return (row.kind === 'user' ? 64 : 56) + Math.ceil(letters / 60) * 20;
}

export function Transcript() {
  const { panel, acts, scroller } = useApp();
  const view = useRef<HTMLDivElement>(null);
  const rows = panel.rows.value;
  const { hasEarlier, draft, session } = panel.state.value;
  scroller.setRows(
    rows.map(({ key }) => key),
    (index) => estimate(rows[index]),
  );
  // Another window of rows is another drawing.
  scroller.version.value;
  const { first, end, heights } = scroller;
  const marked = panel.marked.value;
  const forget = (key: string) => {
    if (panel.marked.value === key) panel.marked.value = undefined;
  };

  useEffect(() => (view.current ? scroller.attach(view.current) : undefined), [scroller]);
  useLayoutEffect(() => scroller.settle());
  const feed = rows.length > 0 ? ({ role: 'feed', 'aria-label': t('transcript') } as const) : {};
  const near = first === 0;
  useEffect(() => {
    if (near && hasEarlier && scroller.reading !== 'end') void acts.loadEarlier();
  });

  return (
    <div class="transcript-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <div class="transcript" ref={view} tabIndex={0} {...feed}>
        {rows.length === 0 && session && <Empty />}
        <div style={{ height: `${heights.top(first)}px` }} />
        {rows.slice(first, end).map((row, index) => (
          <article
            key={row.key}
            id={rowId(row.key)}
            class={`row ${row.kind}-row ${row.key === marked ? 'marked' : ''}`}
            onAnimationEnd={() => forget(row.key)}
            data-row={row.key}
            aria-posinset={first + index + 1}
            aria-setsize={hasEarlier ? -1 : rows.length}
            aria-label={label(row)}
            tabIndex={-1}
          >
            <RowView
              row={row}
              earlier={hasEarlier}
              edit={draft.edits.find(({ entryId }) => entryId === row.key)?.text}
            />
          </article>
        ))}
        <div style={{ height: `${Math.max(0, heights.total - heights.top(end))}px` }} />
      </div>
      <Jump />
    </div>
  );
}

const label = (row: Row): string => (row.kind === 'user' ? author(row.entry) : t('causeway'));

function RowView({ row, earlier, edit }: { row: Row; earlier: boolean; edit: string | undefined }) {
  switch (row.kind) {
    case 'user':
      return <UserTurn row={row} earlier={earlier} edit={edit} />;
    case 'answer':
      return <Answer row={row} earlier={earlier} />;
    case 'note':
      return <Note row={row} />;
    default:
      return row satisfies never;
  }
}

function Note({ row: { key, note } }: { row: NoteRow }) {
  const { context } = useApp();
  switch (note.type) {
    case 'model':
      return (
        <p class="note">
          <Icon name="arrow-swap" />
          {t('modelNow', note.model)}
        </p>
      );
    case 'frame':
      return (
        <p class="note">
          <Icon name="fold" />
          <button
            type="button"
            class="words-button"
            id={key}
            onClick={() => context.showFrame(note.frame, key)}
          >
            {note.turns === 1 ? t('olderInFrameOne') : t('olderInFrameMany', note.turns)}
          </button>
        </p>
      );
    case 'directives':
      return (
        <p class="note">
          <Icon name="fold" />
          <button type="button" class="words-button" id={key} onClick={() => context.showMemory(key)}>
            {note.count === 1 ? t('directivesRelievedOne') : t('directivesRelieved', note.count)}
          </button>
        </p>
      );
    default:
      return note satisfies never;
  }
}

function Jump() {
  const { scroller, panel } = useApp();
  const away = useComputed(() => scroller.away.value && panel.rows.value.length > 0);
  if (!away.value) return null;
  return (
    <button
      type="button"
      class="jump"
      onClick={() => {
        scroller.read('end');
        panel.navigate('input');
      }}
    >
      <Icon name="arrow-down" />
      {t('jump')}
    </button>
  );
}
