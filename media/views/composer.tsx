/** The input with the context that will be sent, what is queued, and how much room is left. */
import type { TargetedKeyboardEvent } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { UserEntry } from '../../src/protocol/entries.ts';
import { isBlank } from '../drafts.ts';
import { droppedFiles, isDragOfFiles } from '../droppedFiles.ts';
import { focusInput } from '../focus.ts';
import { tokens, totalCost } from '../format.ts';
import { t } from '../l10n.ts';
import { Chips } from './chips.tsx';
import { useApp } from './context.ts';
import { IconButton } from './controls.tsx';
import { MentionList, mentionListId, useMentions } from './mentions.tsx';
import { Grounding, Meter } from './meter.tsx';
import { OpenTasks } from './openTasks.tsx';
import { PromptHints, promptDraft, usePromptHints } from './promptHints.tsx';
import { Queue } from './queue.tsx';

export function Composer() {
  const { panel, acts } = useApp();
  const { draft, session, live, entries } = panel.state.value;
  const hints = usePromptHints(draft.text);
  const input = useRef<HTMLTextAreaElement>(null);
  const mentions = useMentions(input);
  const [dragged, setDragged] = useState(false);
  if (!session) return null;
  const empty = isBlank(draft);
  const take = (event: Event, data: DataTransfer | null) => {
    const dropped = session.readOnly ? undefined : droppedFiles(data);
    if (!dropped) return;
    event.preventDefault();
    focusInput();
    void acts.attachDropped(dropped);
  };

  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    // While letters are being composed, Enter takes the composition.
    if (event.isComposing || event.keyCode === 229) return;
    // With it an input is sent whatever is shown above it.
    const isForced = event.key === 'Enter' && (event.ctrlKey || event.metaKey);
    if (!event.shiftKey && !event.altKey && !isForced && mentions.onKey(event.key)) {
      // Escape closes the list, and does not stop the answer.
      event.preventDefault();
      return;
    }
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      mentions.close();
      void acts.send();
    } else if (event.key === 'Tab' && !event.shiftKey && hints[0]) {
      event.preventDefault();
      acts.setDraft(promptDraft(hints[0].name), draft.attachments);
    } else if (event.key === 'ArrowUp' && draft.text === '' && !session.readOnly) {
      const last = entries.findLast((entry): entry is UserEntry => entry.kind === 'user');
      if (!last) return;
      event.preventDefault();
      acts.edit(last);
    }
  };

  return (
    <form
      class={dragged ? 'composer dragged' : 'composer'}
      aria-label={t('ask')}
      onSubmit={(event) => event.preventDefault()}
      onDragOver={(event) => {
        if (session.readOnly || !isDragOfFiles(event.dataTransfer)) return;
        event.preventDefault();
        setDragged(true);
      }}
      onDragLeave={() => setDragged(false)}
      onDrop={(event) => {
        setDragged(false);
        take(event, event.dataTransfer);
      }}
    >
      <OpenTasks />
      <Queue />
      <div class="input-box">
        <Chips />
        <PromptHints hints={hints} />
        <MentionList mentions={mentions} />
        <textarea
          id="input"
          ref={input}
          rows={1}
          value={draft.text}
          placeholder={t('ask')}
          aria-label={t('ask')}
          readOnly={session.readOnly}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={mentions.activeId && mentionListId}
          aria-activedescendant={mentions.activeId}
          onInput={({ currentTarget }) => {
            acts.setDraft(currentTarget.value, draft.attachments);
            mentions.follow(currentTarget.value, currentTarget.selectionStart);
          }}
          onPaste={(event) => take(event, event.clipboardData)}
          onSelect={({ currentTarget }) => mentions.follow(currentTarget.value, currentTarget.selectionStart)}
          onBlur={() => {
            mentions.close();
            panel.drafts.flush();
          }}
          onKeyDown={onKeyDown}
        />
        <div class="tools">
          <IconButton icon="add" label={t('addContext')} onClick={() => void acts.pickContext()} />
          <Grounding />
          <Meter />
          <SessionCost />
          <span class="grow" />
          {live?.own && (
            <IconButton icon="debug-stop" label={t('stop')} onClick={leaveTo(() => acts.stop())} />
          )}
          {(!live?.own || !empty) && (
            <IconButton
              icon="send"
              label={live ? t('queueInput') : t('send')}
              disabled={empty || session.readOnly}
              onClick={leaveTo(() => acts.send())}
            />
          )}
        </div>
      </div>
    </form>
  );
}

/** What the session has cost so far; a missing price is said. */
function SessionCost() {
  const { panel } = useApp();
  const { totals } = panel.state.value;
  if (totals.tokens === 0) return null;
  const words = totalCost(totals);
  return (
    <span class="cost faint" title={t('sessionTotal', tokens(totals.tokens), words)}>
      {words}
    </span>
  );
}

const leaveTo = (act: () => Promise<void>) => () => {
  focusInput();
  void act();
};
