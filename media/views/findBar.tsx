/** Finds words in the whole session, also in what is not loaded. VS Code's own find does not reach the panel. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../l10n.ts';
import type { PanelState } from '../panelState.ts';
import { useApp } from './context.ts';
import { IconButton } from './controls.tsx';

/** Milliseconds of rest in typing before the session is searched. */
const rest = 120;

export function FindBar() {
  const { find } = useApp().panel.state.value;
  return find ? <OpenFindBar find={find} /> : null;
}

function OpenFindBar({ find }: { find: NonNullable<PanelState['find']> }) {
  const { panel, acts } = useApp();
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLayoutEffect(() => {
    input.current?.focus();
    return () => clearTimeout(timer.current);
  }, []);
  const close = () => {
    panel.dispatch({ type: 'find', find: undefined });
    panel.navigate('input');
  };
  const many = find.entryIds.length;
  return (
    <search class="find">
      <input
        ref={input}
        aria-label={t('find')}
        placeholder={t('find')}
        defaultValue={find.query}
        onInput={(event) => {
          const query = event.currentTarget.value;
          clearTimeout(timer.current);
          timer.current = setTimeout(() => void acts.find(query), rest);
        }}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === 'Enter') {
            event.preventDefault();
            void acts.goToFound(event.shiftKey ? -1 : 1);
          } else if (event.key === 'Escape') {
            event.stopPropagation();
            close();
          }
        }}
      />
      <span class="find-count">
        {find.query === '' ? '' : many === 0 ? t('findNone') : t('findCount', find.at + 1, many)}
      </span>
      <IconButton
        icon="arrow-up"
        label={t('previous')}
        disabled={many === 0}
        onClick={() => void acts.goToFound(-1)}
      />
      <IconButton
        icon="arrow-down"
        label={t('next')}
        disabled={many === 0}
        onClick={() => void acts.goToFound(1)}
      />
      <IconButton icon="close" label={t('close')} onClick={close} />
    </search>
  );
}
