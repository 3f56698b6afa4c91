import type { ComponentChildren } from 'preact';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';

/** A link of an answer. It never navigates: the host asks the user before it opens the address. */
export function Link({ url, children }: { url: string; children: ComponentChildren }) {
  const { panel } = useApp();
  return (
    <a
      href={url}
      title={t('linkTip', url)}
      onClick={(event) => {
        event.preventDefault();
        // VS Code listens at the window for clicks on links, and opens those of a trusted workspace unasked.
        event.stopPropagation();
        void panel.ask('openLink', { url });
      }}
      onAuxClick={(event) => event.preventDefault()}
    >
      {children}
    </a>
  );
}
