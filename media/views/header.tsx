import { useRef, useState } from 'preact/hooks';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon } from './controls.tsx';

/** The session's title, renamed in place, and the profile and the model, which the host lets the user choose. */
export function Header() {
  const { panel } = useApp();
  const { status, session, context } = panel.state.value;
  const profile = context.memory?.profile;
  const name = status?.offline ? t('offlineTurn') : (status?.model.name ?? '');
  return (
    <header class="header">
      {session && <Title key={session.id} />}
      {profile !== undefined && (
        <button
          type="button"
          class="model profile"
          title={t('profile', profile)}
          aria-label={t('profile', profile)}
          onClick={() => void panel.ask('pickProfile', {})}
        >
          <Icon name="account" />
          <span class="model-name">{profile}</span>
        </button>
      )}
      {status && (
        <button
          type="button"
          class="model"
          title={t('model', status.model.name)}
          aria-label={t('model', name)}
          onClick={() => void panel.ask('pickModel', {})}
        >
          <span class="model-name">{name}</span>
          <Icon name="chevron-down" />
        </button>
      )}
    </header>
  );
}

function Title() {
  const { panel, acts } = useApp();
  const [renaming, setRenaming] = useState(false);
  const ended = useRef(false);
  const { session } = panel.state.value;
  if (!session) return null;
  if (!renaming) {
    const name = (
      <>
        {session.private && <Icon name="lock" />}
        <span class="title-words">{panel.title}</span>
      </>
    );
    return (
      <h1 class="title">
        {session.readOnly ? (
          <span class="title-button">{name}</span>
        ) : (
          <button
            type="button"
            id="title"
            class="title-button"
            title={t('rename')}
            onClick={() => {
              ended.current = false;
              setRenaming(true);
            }}
          >
            {name}
          </button>
        )}
      </h1>
    );
  }
  // Closing takes the focus from the box, which would end the renaming once more.
  const end = (title: string) => {
    if (ended.current) return;
    ended.current = true;
    setRenaming(false);
    if (title !== session.title) void acts.rename(title);
  };
  const endByKey = (title: string) => {
    end(title);
    requestAnimationFrame(() => document.getElementById('title')?.focus());
  };
  return (
    <input
      class="title-input"
      aria-label={t('title')}
      maxLength={200}
      defaultValue={session.title}
      ref={(element) => {
        if (element && document.activeElement !== element) {
          element.focus();
          element.select();
        }
      }}
      onBlur={(event) => end(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.isComposing) return;
        if (event.key === 'Enter') endByKey(event.currentTarget.value);
        if (event.key === 'Escape') {
          event.stopPropagation();
          endByKey(session.title);
        }
      }}
    />
  );
}
