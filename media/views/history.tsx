/** All sessions of the workspace: searched in titles and whole transcripts, opened, trashed, restored. */
import { Fragment } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { SearchHit, SessionSummary } from '../../src/protocol/session.ts';
import { bytes, day, doorWords } from '../format.ts';
import { t } from '../l10n.ts';
import { focusSoon } from '../navigate.ts';
import { useApp } from './context.ts';
import { Icon, IconButton } from './controls.tsx';

/** Milliseconds of rest in typing before the transcripts are searched. */
const rest = 150;

const itemId = (sessionId: string): string => `session-${sessionId}`;

export function History() {
  const { panel, acts } = useApp();
  const { history, session } = panel.state.value;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    input.current?.focus();
    panel.sessionsChanged = () => void acts.search();
    void acts.search();
    return () => {
      clearTimeout(timer.current);
      panel.sessionsChanged = () => {};
    };
  }, [panel, acts]);
  const close = () => {
    panel.dispatch({ type: 'screen', screen: 'chat' });
    panel.navigate('input');
  };
  const older = async () => {
    const count = history.sessions.length;
    await acts.showOlder();
    // The first that came is where the reader goes on; the button may be gone.
    const first = panel.state.value.history.sessions[count];
    if (first) focusSoon(itemId(first.id));
  };
  const listed = new Set(history.sessions.map(({ id }) => id));
  const elsewhere = history.hits.filter(({ sessionId }) => !listed.has(sessionId));
  return (
    <section
      class="history"
      aria-label={t('sessions')}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // What is behind the list goes on: Escape there stops the answer.
        event.stopPropagation();
        close();
      }}
    >
      <div class="history-head">
        <IconButton icon="arrow-left" label={t('back')} onClick={close} />
        <h1>{history.trashed ? t('trashed') : t('sessions')}</h1>
        <IconButton icon="add" label={t('newSession')} onClick={() => void acts.newSession()} />
        <IconButton
          icon="trash"
          label={t('trashed')}
          pressed={history.trashed}
          onClick={() => void acts.search({ trashed: !history.trashed })}
        />
      </div>
      <input
        ref={input}
        id="session-search"
        class="search"
        type="search"
        placeholder={t('search')}
        aria-label={t('search')}
        defaultValue={history.query}
        onInput={(event) => {
          const query = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => void acts.search({ query }), rest);
        }}
      />
      <ul class="sessions">
        {history.sessions.map((item) => (
          <Item
            key={item.id}
            session={item}
            current={item.id === session?.id}
            hits={history.hits.filter(({ sessionId }) => sessionId === item.id)}
          />
        ))}
        {elsewhere.map((hit) => (
          <li key={hit.entryId} class="session">
            <div class="session-words">
              <button type="button" class="session-open" onClick={() => void acts.open(hit.sessionId)}>
                <span class="session-title">{hit.sessionTitle || t('untitled')}</span>
              </button>
              <Snippet hit={hit} />
            </div>
          </li>
        ))}
        {history.next && (
          <li>
            <button type="button" id="older-sessions" class="older" onClick={() => void older()}>
              {t('showOlder')}
            </button>
          </li>
        )}
      </ul>
      {history.sessions.length + elsewhere.length === 0 && (
        <p class="faint none">{history.query ? t('noHits') : t('noSessions')}</p>
      )}
    </section>
  );
}

function Item(props: { session: SessionSummary; current: boolean; hits: readonly SearchHit[] }) {
  const { acts } = useApp();
  const { session } = props;
  const first = props.hits[0];
  const door = session.client ?? t(doorWords[session.door]);
  return (
    <li class={props.current ? 'session current' : 'session'}>
      <div class="session-words">
        <button
          type="button"
          id={itemId(session.id)}
          class="session-open"
          aria-current={props.current ? 'true' : undefined}
          disabled={session.trashedAt !== undefined}
          onClick={() => void acts.open(session.id)}
        >
          <span class="session-title">
            {session.private && <Icon name="lock" />}
            {session.title || t('untitled')}
          </span>
          <span class="faint">
            {t('sessionMeta', day(session.updatedAt, Date.now()), bytes(session.bytes), door)}
          </span>
        </button>
        {first && <Snippet hit={first} disabled={session.trashedAt !== undefined} />}
      </div>
      {session.trashedAt === undefined ? (
        <IconButton icon="trash" label={t('moveToTrash')} onClick={() => void acts.trash(session)} />
      ) : (
        <IconButton icon="discard" label={t('restore')} onClick={() => void acts.restore(session.id)} />
      )}
    </li>
  );
}

/**
 * What was found, which leads to its place; that may be on another branch, which the session goes on from then.
 * The found words stand between the control characters U+0002 and U+0003.
 */
function Snippet({ hit, disabled = false }: { hit: SearchHit; disabled?: boolean }) {
  const { acts } = useApp();
  const [start = '', ...found] = hit.snippet.split('\u0002');
  return (
    <button
      type="button"
      class="snippet"
      disabled={disabled}
      onClick={() => void acts.open(hit.sessionId, hit.entryId)}
    >
      {start}
      {found.map((part, index) => {
        const [words = '', after = ''] = part.split('\u0003');
        return (
          <Fragment key={`${index} ${words}`}>
            <mark>{words}</mark>
            {after}
          </Fragment>
        );
      })}
    </button>
  );
}
