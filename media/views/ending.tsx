/** How a turn ended where it was not simply done, with the one thing that helps. */
import type { AssistantEntry } from '../../src/protocol/entries.ts';
import type { ErrorAction } from '../../src/protocol/errors.ts';
import { tokens } from '../format.ts';
import { t, type Words } from '../l10n.ts';
import type { LiveAnswer } from '../panelState.ts';
import { useApp } from './context.ts';
import { Icon, onFirst, TextButton } from './controls.tsx';

export const actionWords = {
  retry: 'retry',
  set_api_key: 'setKey',
  new_session: 'newSession',
  choose_model: 'chooseModel',
  open_settings: 'openSettings',
  show_log: 'showLog',
  reload: 'reload',
  trust_workspace: 'trust',
  none: undefined,
} as const satisfies Record<ErrorAction, Words | undefined>;

export function Ending({ entry }: { entry: AssistantEntry }) {
  const { panel, acts } = useApp();
  const readOnly = panel.state.value.session?.readOnly ?? false;
  switch (entry.outcome) {
    case 'failed':
      return <Failed entry={entry} />;
    case 'stopped':
      return (
        <p class="ending">
          <Icon name="debug-stop" />
          <span>{t('stopped')}</span>
        </p>
      );
    case 'interrupted':
      return (
        <div class="ending">
          <Icon name="debug-disconnect" />
          <span>{t('interrupted')}</span>
          {!readOnly && (
            <span class="buttons">
              <TextButton primary onClick={onFirst(() => void acts.sendText(t('continueWords')))}>
                {t('continueTurn')}
              </TextButton>
              <TextButton onClick={onFirst(() => void acts.retry(entry.turnId))}>{t('retry')}</TextButton>
            </span>
          )}
        </div>
      );
    case 'done':
    case undefined:
      return <DoneNote entry={entry} />;
    default:
      return entry.outcome satisfies never;
  }
}

function DoneNote({ entry }: { entry: AssistantEntry }) {
  const words =
    entry.stopReason === 'max_tokens'
      ? t('maxTokens')
      : entry.stopReason === 'refusal'
        ? t('refusal')
        : entry.content.length === 0
          ? t('emptyAnswer')
          : undefined;
  return words ? (
    <p class="ending">
      <Icon name="info" />
      <span>{words}</span>
    </p>
  ) : null;
}

function Failed({ entry }: { entry: AssistantEntry }) {
  const { acts } = useApp();
  const action = entry.error?.action ?? 'none';
  const words = actionWords[action];
  return (
    <div class="ending failed">
      <Icon name="error" />
      <span>{entry.error?.message}</span>
      {words && (
        <span class="buttons">
          <TextButton primary onClick={onFirst(() => void acts.act(action, entry.turnId))}>
            {t(words)}
          </TextButton>
        </span>
      )}
    </div>
  );
}

/** Codes of errors after which the provider is asked again. */
const retryWords: Readonly<Record<string, Words>> = {
  rate_limited: 'retryRateLimited',
  overloaded: 'retryOverloaded',
};

export const Retrying = ({ retrying }: { retrying: NonNullable<LiveAnswer['retrying']> }) => (
  <p class="waiting">
    <Icon name="sync codicon-modifier-spin" />
    {t(
      'retryingIn',
      Math.max(1, Math.round(retrying.delayMs / 1_000)),
      t(retryWords[retrying.reason] ?? 'retryFailed'),
    )}
  </p>
);

/** What was not sent, for want of room or by the user's wish, in one line; the inspector says why. */
export function Omitted({ entry }: { entry: AssistantEntry }) {
  const { context } = useApp();
  const omitted = entry.report?.omitted ?? [];
  const first = omitted[0];
  if (!first) return null;
  const words =
    omitted.length === 1
      ? `${t('omitted', first.label, first.reason)} (${t('tokenCount', tokens(first.tokens))})`
      : t('omittedLine', omitted.map(({ label }) => label).join(', '));
  return (
    <p class="ending faint">
      <Icon name="fold" />
      <button
        type="button"
        class="words-button"
        id={`omitted-${entry.id}`}
        title={t('trimmedTip')}
        onClick={() => context.inspect({ kind: 'turn', turnId: entry.turnId }, `omitted-${entry.id}`)}
      >
        {words}
      </button>
    </p>
  );
}
