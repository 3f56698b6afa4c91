/** Prompts whose name begins with what stands behind a slash; Tab takes the first of them. */
import { useEffect, useState } from 'preact/hooks';
import type { PanelResult } from '../../src/protocol/panel.ts';
import { focusInput } from '../focus.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';

type Hint = PanelResult<'listPrompts'>['prompts'][number];

/** More are narrowed by typing. */
const most = 8;

/** What fits a draft that is nothing but `/` and the beginning of a name. */
export function usePromptHints(text: string): readonly Hint[] {
  const { panel } = useApp();
  const [known, setKnown] = useState<readonly Hint[]>([]);
  const begun = /^\/([a-z0-9_-]*)$/.exec(text)?.[1];
  const isAsked = begun !== undefined;
  useEffect(() => {
    let isWanted = isAsked;
    if (isAsked)
      void panel.ask('listPrompts', {}).then((answer) => {
        if (answer && isWanted) setKnown(answer.prompts);
      });
    return () => {
      isWanted = false;
    };
  }, [isAsked, panel]);
  return begun === undefined ? [] : known.filter(({ name }) => name.startsWith(begun)).slice(0, most);
}

export function PromptHints({ hints }: { hints: readonly Hint[] }) {
  const { panel, acts } = useApp();
  if (hints.length === 0) return null;
  return (
    <ul class="prompt-hints" aria-label={t('prompts')}>
      {hints.map(({ name, description }) => (
        <li key={name}>
          <button
            type="button"
            onClick={() => {
              acts.setDraft(promptDraft(name), panel.state.value.draft.attachments);
              focusInput();
            }}
          >
            <span class="prompt-name">/{name}</span>
            <span class="faint">{description}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The draft in which a prompt's name stands and its words follow. */
export const promptDraft = (name: string): string => `/${name} `;
