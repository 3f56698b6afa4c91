/** A screen in the place of the chat: a heading, a way back, and a body that scrolls. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { t } from '../l10n.ts';
import { backToChat } from '../navigate.ts';
import { useApp } from './context.ts';
import { IconButton } from './controls.tsx';

export function Screen(props: { title: string; actions?: ComponentChildren; children: ComponentChildren }) {
  const { panel } = useApp();
  const close = () => backToChat(panel);
  useLayoutEffect(() => document.getElementById('screen-back')?.focus(), []);
  return (
    <section
      class="screen"
      aria-labelledby="screen-title"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.isComposing) return;
        // What is behind the screen goes on: Escape there stops the answer.
        event.stopPropagation();
        close();
      }}
    >
      <div class="screen-head">
        <IconButton id="screen-back" icon="arrow-left" label={t('back')} onClick={close} />
        <h1 id="screen-title">{props.title}</h1>
        {props.actions}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <div class="screen-body" tabIndex={0}>
        {props.children}
      </div>
    </section>
  );
}
