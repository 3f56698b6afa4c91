import type { PanelStatus } from '../../src/protocol/panel.ts';
import { t, type Words } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon, onFirst, TextButton } from './controls.tsx';

const keyWords = {
  set: 'keySet',
  environment: 'keyEnvironment',
  missing: 'keyMissing',
  keyring_failed: 'keyringFailed',
} as const satisfies Record<PanelStatus['key'], Words>;

/** A session without turns: what this is, what to ask, the state of the key, the keys to know. */
export function Empty() {
  const { panel, acts } = useApp();
  const { status } = panel.state.value;
  if (!status) return null;
  const needsKey =
    status.trusted && status.offline && (status.key === 'missing' || status.key === 'keyring_failed');
  return (
    <div class="empty">
      <p>{t('what')}</p>
      {status.suggestions.length > 0 && (
        <>
          <h2>{t('tryAsking')}</h2>
          <ul>
            {status.suggestions.map((question) => (
              <li key={question}>
                <button
                  type="button"
                  class="suggestion"
                  onClick={onFirst(() => void acts.sendText(question))}
                >
                  <Icon name="comment" />
                  <span>{question}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="key-state">
        <Icon name="key" />
        <span>{t(keyWords[status.key])}</span>
      </p>
      {needsKey && <TextButton onClick={() => void acts.act('set_api_key')}>{t('setKey')}</TextButton>}
      <p class="faint">{t('keys')}</p>
    </div>
  );
}
