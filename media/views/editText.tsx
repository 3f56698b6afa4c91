/** A box in which a short text is written in place: Enter saves, Shift+Enter breaks the line, Escape leaves it. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../l10n.ts';
import { TextButton } from './controls.tsx';

export function EditText(props: {
  label: string;
  text: string;
  /** The most characters it may have. */
  most: number;
  /** Undefined when it was left as it was. */
  onEnd: (text: string | undefined) => void;
}) {
  const box = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(props.text);
  useLayoutEffect(() => {
    box.current?.focus();
    box.current?.select();
  }, []);
  const save = () => props.onEnd(text.trim() === '' ? undefined : text.trim());
  return (
    <div class="edit">
      <textarea
        ref={box}
        rows={1}
        aria-label={props.label}
        value={text}
        maxLength={props.most}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === 'Escape') {
            event.stopPropagation();
            props.onEnd(undefined);
          } else if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            save();
          }
        }}
      />
      <div class="buttons">
        <TextButton primary disabled={text.trim() === ''} onClick={save}>
          {t('save')}
        </TextButton>
        <TextButton onClick={() => props.onEnd(undefined)}>{t('cancel')}</TextButton>
      </div>
    </div>
  );
}

/** One line with which something is added; it stays for the next one. */
export function AddText(props: {
  label: string;
  hint: string;
  most: number;
  /** Returns whether it was taken; what was refused stays in the line. */
  onAdd: (text: string) => Promise<boolean>;
}) {
  const [text, setText] = useState('');
  const add = async () => {
    const wanted = text.trim();
    if (wanted === '') return;
    if (await props.onAdd(wanted)) setText((now) => (now.trim() === wanted ? '' : now));
  };
  return (
    <form
      class="add-line"
      aria-label={props.label}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <input
        class="search"
        aria-label={props.label}
        placeholder={props.hint}
        maxLength={props.most}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="icon-button" title={props.label} aria-label={props.label}>
        <span class="codicon codicon-add" aria-hidden="true" />
      </button>
    </form>
  );
}

/** Gives the focus to the button with this id after the drawing that follows. */
export const focusAgain = (id: string): void =>
  void requestAnimationFrame(() => document.getElementById(id)?.focus());
