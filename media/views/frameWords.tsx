/** The words of a frame, to read and to edit: one list for each of its parts. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FrameBody } from '../../src/protocol/entries.ts';
import { type FramePart, frameFrom, frameParts, frameTexts } from '../frameText.ts';
import { t, type Words } from '../l10n.ts';
import { TextButton } from './controls.tsx';

const titles = {
  goals: 'frameGoals',
  decisions: 'frameDecisions',
  facts: 'frameFacts',
  entities: 'frameEntities',
  files: 'frameFiles',
  failed: 'frameFailed',
  openSteps: 'frameOpenSteps',
  preferences: 'framePreferences',
} as const satisfies Record<FramePart, Words>;

const hints: Partial<Record<FramePart, Words>> = {
  decisions: 'frameDecisionLines',
  entities: 'frameEntityLines',
  files: 'frameFileLines',
};

export function FrameWords({ body }: { body: FrameBody }) {
  const texts = frameTexts(body);
  const filled = frameParts.filter((part) => texts[part] !== '');
  if (filled.length === 0) return <p class="faint screen-note">{t('frameEmpty')}</p>;
  return (
    <dl class="frame-words">
      {filled.map((part) => (
        <div key={part}>
          <dt>{t(titles[part])}</dt>
          {texts[part].split('\n').map((line, index) => (
            <dd key={`${index} ${line}`}>{line}</dd>
          ))}
        </div>
      ))}
    </dl>
  );
}

export function FrameForm(props: { body: FrameBody; onEnd: (body: FrameBody | undefined) => void }) {
  const [texts, setTexts] = useState(() => frameTexts(props.body));
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector('textarea')?.focus(), []);
  return (
    <form
      ref={form}
      class="edit frame-form"
      onSubmit={(event) => {
        event.preventDefault();
        props.onEnd(frameFrom(texts));
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.isComposing) return;
        event.stopPropagation();
        props.onEnd(undefined);
      }}
    >
      {frameParts.map((part) => (
        <label key={part}>
          {t(titles[part])}
          <span class="faint"> {t(hints[part] ?? 'frameLines')}</span>
          <textarea
            rows={1}
            value={texts[part]}
            onInput={(event) => setTexts({ ...texts, [part]: event.currentTarget.value })}
          />
        </label>
      ))}
      <div class="buttons">
        <button type="submit" class="button">
          {t('save')}
        </button>
        <TextButton onClick={() => props.onEnd(undefined)}>{t('cancel')}</TextButton>
      </div>
    </form>
  );
}
