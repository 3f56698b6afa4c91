/** An answer: its blocks in order, how it ended, and its footer. */
import { memo } from 'preact/compat';
import { citationMark } from '../../src/protocol/citationMarks.ts';
import { type AssistantBlock, plainText } from '../../src/protocol/content.ts';
import type { AssistantEntry } from '../../src/protocol/entries.ts';
import { clock, footer, modelName } from '../format.ts';
import { t } from '../l10n.ts';
import { Markdown } from '../markdown/markdown.tsx';
import type { AnswerRow } from '../rows.ts';
import { Citations } from './citation.tsx';
import { useApp } from './context.ts';
import { IconButton, onFirst } from './controls.tsx';
import { Ending, Omitted, Retrying } from './ending.tsx';
import { Thinking, ToolCall } from './steps.tsx';
import { AnswerWays } from './ways.tsx';

export const Answer = memo(({ row, earlier }: { row: AnswerRow; earlier: boolean }) => {
  const { entry, live } = row;
  return (
    <>
      <h2 class="for-readers">
        {earlier && entry ? t('answerAt', clock(entry.at)) : t('answerTurn', row.turn)}
      </h2>
      <div class="answer" aria-busy={live !== undefined}>
        {row.blocks.map((block, index) => (
          <Part
            key={index}
            block={block}
            row={row}
            growing={live !== undefined && index === row.blocks.length - 1}
          />
        ))}
        {live && row.blocks.length === 0 && !live.retrying && <Waiting />}
        {live?.retrying && <Retrying retrying={live.retrying} />}
        {live && !live.own && <p class="faint">{t('otherWindow')}</p>}
        {!live && entry && <Ending entry={entry} />}
        {!live && entry && <Omitted entry={entry} />}
        {!live && entry && <Footer row={row} entry={entry} />}
      </div>
    </>
  );
});

const Waiting = () => (
  <p class="waiting">
    <span class="codicon codicon-loading codicon-modifier-spin" aria-hidden="true" />
    {t('waiting')}
  </p>
);

function Part({ block, row, growing }: { block: AssistantBlock; row: AnswerRow; growing: boolean }) {
  switch (block.type) {
    case 'text':
      return <TextPart block={block} growing={growing} />;
    case 'thinking':
      return <Thinking text={block.thinking} growing={growing} />;
    case 'redacted_thinking':
      return <p class="faint">{t('hidden')}</p>;
    case 'tool_use':
      return <ToolCall call={block} result={row.results.get(block.id)} waiting={row.live !== undefined} />;
    default:
      return block satisfies never;
  }
}

const TextPart = memo(
  ({ block, growing }: { block: AssistantBlock & { type: 'text' }; growing: boolean }) => {
    const inline = (index: number) => {
      const mark = citationMark(index);
      return mark !== undefined && block.text.includes(mark);
    };
    const after = block.citations?.filter(({ index }) => !inline(index)) ?? [];
    return (
      <>
        <Markdown text={block.text} growing={growing} citations={block.citations} />
        {after.length > 0 && <Citations citations={after} />}
      </>
    );
  },
);

const contextButton = (turnId: string): string => `context-${turnId}`;

function Footer({ row, entry }: { row: AnswerRow; entry: AssistantEntry }) {
  const { panel, acts, context } = useApp();
  const readOnly = panel.state.value.session?.readOnly ?? false;
  const parts = footer(entry);
  return (
    <div class="footer">
      {!readOnly && row.inputId !== undefined && <AnswerWays inputId={row.inputId} />}
      <span class="figures" title={entry.model}>
        {[modelName(entry), ...parts.slice(1)].join(' · ')}
      </span>
      <span class="actions">
        <IconButton icon="copy" label={t('copy')} onClick={() => void acts.copy(plainText(row.blocks))} />
        {!readOnly && (
          <IconButton
            icon="refresh"
            label={t('retry')}
            onClick={onFirst(() => void acts.retry(row.turnId))}
          />
        )}
        <IconButton icon="repo-forked" label={t('forkTip')} onClick={() => void acts.fork(entry.id)} />
        {entry.report && (
          <IconButton
            icon="list-tree"
            id={contextButton(row.turnId)}
            label={t('contextTip')}
            onClick={() => context.inspect({ kind: 'turn', turnId: row.turnId }, contextButton(row.turnId))}
          />
        )}
      </span>
    </div>
  );
}
