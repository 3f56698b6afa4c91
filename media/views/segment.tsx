/** One segment of a request: a line that opens its text, with what can be decided about it for the next turn. */
import { memo } from 'preact/compat';
import { useEffect, useState } from 'preact/hooks';
import type { ContextView, SecretMark, SegmentCost } from '../../src/protocol/contextView.ts';
import type { Segment } from '../../src/protocol/report.ts';
import { smallDollars, tokens } from '../format.ts';
import { t, type Words } from '../l10n.ts';
import { segmentChoices } from '../segmentChoices.ts';
import { useApp } from './context.ts';
import { Icon, IconButton } from './controls.tsx';

type ShownSegment = ContextView['report']['segments'][number];

/** Six colours are as many as can be told apart; kinds that mean the same to a reader share one. */
export const kindColours = {
  tools: 'instructions',
  system: 'instructions',
  memory_file: 'instructions',
  directives: 'directives',
  frame: 'frames',
  conversation: 'conversation',
  task: 'directives',
  recall: 'frames',
  grounding: 'workspace',
  input: 'input',
} as const satisfies Record<Segment['kind'], string>;

const kindWords = {
  tools: 'kindTools',
  system: 'kindSystem',
  memory_file: 'kindMemoryFile',
  directives: 'kindDirectives',
  frame: 'kindFrame',
  conversation: 'kindConversation',
  task: 'kindTask',
  recall: 'kindRecall',
  grounding: 'kindGrounding',
  input: 'kindInput',
} as const satisfies Record<Segment['kind'], Words>;

interface Props {
  id: string;
  index: number;
  segment: ShownSegment;
  cost: SegmentCost | undefined;
  /** The API has counted it, so that it is known what of it the cache had. */
  counted: boolean;
  secrets: readonly SecretMark[];
  open: boolean;
  text: { version: number; text: string } | undefined;
  version: number;
}

export const SegmentItem = memo((props: Props) => {
  const { context } = useApp();
  const { id, index, segment, cost, counted, secrets, open, text, version } = props;
  const [editing, setEditing] = useState(false);
  const wanted = open && text?.version !== version;
  useEffect(() => {
    if (wanted) void context.loadText(id, index);
  }, [wanted, version]);
  // Before it is sent the price is an estimate, and a tenth of a cent of it says nothing.
  const usd = cost?.usd !== undefined && (counted || cost.usd >= 0.001) ? [smallDollars(cost.usd)] : [];
  const detail = [...(counted ? costWords(cost) : []), ...usd];
  return (
    <li class="segment">
      <div class="segment-row">
        <div class="segment-head">
          <button
            type="button"
            class="segment-open"
            aria-expanded={open}
            aria-describedby={`why-${id}`}
            title={t(kindWords[segment.kind])}
            onClick={() => context.toggle(id)}
          >
            <Icon name={open ? 'chevron-down' : 'chevron-right'} />
            <span class={`swatch colour-${kindColours[segment.kind]}`} aria-hidden="true" />
            <span class="segment-words">
              <span class="for-readers">{`${t(kindWords[segment.kind])}: `}</span>
              {segment.label}
            </span>
            <span class="segment-tokens">
              <span class="for-readers">{t('tokenCount', segment.tokens)}</span>
              <span aria-hidden="true">{tokens(segment.tokens)}</span>
            </span>
          </button>
          <Choices
            segment={segment}
            editing={editing}
            onEdit={() => {
              setEditing(!editing);
              if (!open) context.toggle(id);
            }}
          />
        </div>
        <p class="segment-why faint" id={`why-${id}`}>
          {segment.reason}
          {detail.length > 0 && <span class="line-meta">{detail.join(' · ')}</span>}
        </p>
      </div>
      {secrets.map(({ what, line, masked }, place) => (
        <p key={`${place} ${what} ${line}`} class={masked ? 'masked' : 'secret'}>
          <Icon name={masked ? 'shield' : 'warning'} />
          {t(masked ? 'maskedAt' : 'secretAt', what, line)}
        </p>
      ))}
      {open &&
        text &&
        (editing && segment.partId !== undefined ? (
          <EditPart partId={segment.partId} label={segment.label} text={text.text} />
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
          <section class="segment-text" tabIndex={0} aria-label={segment.label}>
            {text.text || t('segmentEmpty')}
          </section>
        ))}
    </li>
  );
});

/** What can be decided about a segment for the next turn. */
function Choices(props: { segment: ShownSegment; editing: boolean; onEdit: () => void }) {
  const { panel, acts, context } = useApp();
  const { draft, session } = panel.state.value;
  const { label, partId, entryIds = [] } = props.segment;
  if (session?.readOnly) return null;
  const { pin, canEdit, canLeaveOut } = segmentChoices(props.segment, draft.pinned);
  const pinned = pin === 'unpin';
  const left = draft.excluded.some((one) => one.id === partId);
  return (
    <span class="segment-acts">
      {pin !== undefined && (
        <IconButton
          icon={pinned ? 'pinned' : 'pin'}
          label={pinned ? t('unpin', label) : t('pinNext', label)}
          pressed={pinned}
          onClick={() => context.togglePinned(entryIds, label)}
        />
      )}
      {canEdit && (
        <IconButton icon="edit" label={t('editNext', label)} pressed={props.editing} onClick={props.onEdit} />
      )}
      {canLeaveOut && partId !== undefined && (
        <IconButton
          icon={left ? 'discard' : 'close'}
          label={left ? t('takeBack', label) : t('leaveOutNext', label)}
          onClick={() => acts.toggleChip({ id: partId, label })}
        />
      )}
    </span>
  );
}

/** The text as it goes with the next turn; it is an edit once it differs from what would be sent. */
function EditPart({ partId, label, text }: { partId: string; label: string; text: string }) {
  const { panel, context } = useApp();
  const edited = panel.state.value.draft.replaced.find((one) => one.partId === partId);
  return (
    <div class="edit segment-edit">
      <textarea
        aria-label={t('editNext', label)}
        value={edited?.text ?? withoutTag(text)}
        onInput={(event) => context.replace(partId, label, event.currentTarget.value)}
        onBlur={() => panel.drafts.flush()}
      />
      {edited && (
        <p class="faint edited">
          {t('editedNext')}
          <button type="button" class="link" onClick={() => context.replace(partId, label, undefined)}>
            {t('revert')}
          </button>
        </p>
      )}
    </div>
  );
}

/** A part stands between tags of its kind, which go around whatever its text is. */
function withoutTag(text: string): string {
  const [, , inner] = /^<([\w-]+)(?: [^>]*)?>\n?([\s\S]*?)\n?<\/\1>\s*$/.exec(text) ?? [];
  return inner ?? text;
}

/** How the segment was paid for, in as few words as it takes. */
function costWords(cost: SegmentCost | undefined): string[] {
  if (!cost) return [];
  const { cached, written, fresh } = cost;
  const ways = [
    { count: cached, some: 'costCached', all: 'costAllCached' },
    { count: written, some: 'costWritten', all: 'costAllWritten' },
    { count: fresh, some: 'costFresh', all: 'costAllFresh' },
  ] as const;
  const used = ways.filter(({ count }) => count > 0);
  return used.map(({ count, some, all }) => (used.length === 1 ? t(all) : t(some, tokens(count))));
}
