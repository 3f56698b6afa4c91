/**
 * The list of what can be mentioned, while a name is begun with `@`. The focus stays in the input, which names the row
 * that is chosen to readers of the screen.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { MentionChoice } from '../../src/protocol/panelContext.ts';
import { t } from '../l10n.ts';
import { type BegunMention, begunMention, withMention } from '../mentionDraft.ts';
import { useApp } from './context.ts';
import { Icon } from './controls.tsx';
import { attachmentIcons } from './userTurn.tsx';

export const mentionListId = 'mentions';
const rowId = (index: number): string => `mention-${index}`;

/** Milliseconds of rest before the host is asked, so that fast typing asks once. */
const restMs = 80;

export interface Mentions {
  readonly choices: readonly MentionChoice[];
  /** They are not yet those for what was typed. */
  readonly isBusy: boolean;
  readonly active: number;
  /** Id of the row that is chosen; undefined while there is no list. */
  readonly activeId: string | undefined;
  /** The input was typed in, or its caret moved. */
  follow(text: string, caret: number): void;
  /** Takes keys that are for the list; true for those. */
  onKey(key: string): boolean;
  choose(choice: MentionChoice): void;
  close(): void;
}

export function useMentions(input: { readonly current: HTMLTextAreaElement | null }): Mentions {
  const { panel, acts } = useApp();
  const [begun, setBegun] = useState<BegunMention | undefined>();
  const [choices, setChoices] = useState<readonly MentionChoice[]>([]);
  /** What the choices were asked for. */
  const [answered, setAnswered] = useState('');
  const [active, setActive] = useState(0);
  /** The place of an `@` whose list was closed with Escape. */
  const closed = useRef(-1);
  const caret = useRef<number | undefined>(undefined);
  const { sessionId } = panel;
  const typed = begun?.typed;

  useEffect(() => {
    if (typed === undefined || sessionId === undefined) {
      setChoices([]);
      return;
    }
    let isWanted = true;
    const timer = setTimeout(() => {
      void panel.ask('mentionables', { sessionId, typed }).then((answer) => {
        if (!isWanted) return;
        // What was shown fits no more, and would take the keys that are for the input.
        if (!answer) return setChoices([]);
        setChoices(answer.choices);
        setAnswered(typed);
        setActive(0);
        panel.say(answer.choices.length === 0 ? t('mentionNone') : t('mentionCount', answer.choices.length));
      });
    }, restMs);
    return () => {
      isWanted = false;
      clearTimeout(timer);
    };
  }, [typed, sessionId, panel]);

  // The caret goes behind a name once the input has it.
  useLayoutEffect(() => {
    if (caret.current === undefined) return;
    input.current?.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  });

  const close = () => {
    setBegun(undefined);
    setChoices([]);
  };
  const choose = (choice: MentionChoice) => {
    if (!begun) return;
    const { draft } = panel.state.value;
    const made = withMention(draft.text, begun, choice.label);
    caret.current = made.caret;
    acts.setDraft(made.text, draft.attachments);
    close();
    input.current?.focus();
    void acts.mention(choice);
  };
  const move = (step: number) => setActive((active + step + choices.length) % choices.length);

  return {
    choices,
    isBusy: typed !== answered,
    active,
    activeId: choices.length > 0 ? rowId(active) : undefined,
    follow(text, at) {
      const next = begunMention(text, at);
      if (next?.start !== closed.current) closed.current = -1;
      setBegun(closed.current >= 0 ? undefined : next);
    },
    onKey(key) {
      const choice = choices[active];
      if (!choice) return false;
      if (key === 'ArrowDown') move(1);
      else if (key === 'ArrowUp') move(-1);
      // What is shown is not yet what was typed: nothing is chosen that nobody has seen.
      else if (key === 'Enter' || key === 'Tab') typed === answered && choose(choice);
      else if (key === 'Escape') {
        closed.current = begun?.start ?? -1;
        close();
      } else return false;
      return true;
    },
    choose,
    close,
  };
}

export function MentionList({ mentions }: { mentions: Mentions }) {
  const { choices, active } = mentions;
  const row = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => row.current?.scrollIntoView({ block: 'nearest' }));
  if (choices.length === 0) return null;
  return (
    <div
      id={mentionListId}
      class="mentions"
      role="listbox"
      aria-busy={mentions.isBusy}
      aria-label={t('mentions')}
      // The input keeps the focus, also where the scroll bar is pressed.
      onMouseDown={(event) => event.preventDefault()}
    >
      {choices.map((choice, index) => (
        <button
          type="button"
          key={`${choice.kind} ${choice.uri} ${choice.label} ${choice.startLine}`}
          id={rowId(index)}
          ref={index === active ? row : null}
          class="mention"
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          title={choice.out ? t('mentionOut', choice.out) : choice.detail}
          onClick={() => mentions.choose(choice)}
        >
          <Icon name={choice.out ? 'circle-slash' : attachmentIcons[choice.kind]} />
          <span class="mention-name">{choice.label}</span>
          <span class="mention-detail">{choice.out ?? choice.detail}</span>
        </button>
      ))}
    </div>
  );
}
