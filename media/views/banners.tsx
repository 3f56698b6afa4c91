/** Lines that say how the panel or the session stands, each with the one thing that helps. */
import type { ComponentChildren } from 'preact';
import type { PanelStatus } from '../../src/protocol/panel.ts';
import { quoted } from '../format.ts';
import { t } from '../l10n.ts';
import type { PanelState } from '../panelState.ts';
import { useApp } from './context.ts';
import { Icon, IconButton } from './controls.tsx';
import { actionWords } from './ending.tsx';

function Banner(props: {
  icon: string;
  children: ComponentChildren;
  action?: ComponentChildren;
  error?: boolean;
}) {
  return (
    <div class={props.error ? 'banner problem' : 'banner'}>
      <Icon name={props.icon} />
      <div class="banner-body">
        <span class="banner-words">{props.children}</span>
        {props.action && <span class="banner-actions">{props.action}</span>}
      </div>
    </div>
  );
}

const action = (words: string, act: () => void) => (
  <button type="button" class="link" onClick={act}>
    {words}
  </button>
);

/** Why answers are quotes: what was wanted cannot answer, there is no key, or it was chosen so. */
function Offline({ status }: { status: PanelStatus }) {
  const { acts } = useApp();
  const needsKey = status.key === 'missing' || status.key === 'keyring_failed';
  const words =
    status.insteadOf !== undefined
      ? status.offline
        ? t('insteadOf', status.insteadOf)
        : status.insteadOf
      : needsKey
        ? t('offline')
        : t('offlineChosen');
  return (
    <Banner
      icon="circle-slash"
      action={
        needsKey
          ? action(t('setKey'), () => void acts.act('set_api_key'))
          : action(t('chooseModel'), () => void acts.act('choose_model'))
      }
    >
      {words}
    </Banner>
  );
}

function undoWords(undo: NonNullable<PanelState['undo']>): string {
  switch (undo.what) {
    case 'trashed':
      return t('movedToTrash', undo.title);
    case 'withdrawn':
      return t('withdrawn', undo.inputs.map(({ text }) => quoted(text)).join(', '));
    case 'directive':
      return t('directiveRemoved', quoted(undo.text));
    default:
      return undo satisfies never;
  }
}

export function Banners() {
  const { panel, acts } = useApp();
  const { status, session, problem, undo } = panel.state.value;
  const closed = panel.closedNotices.value;
  const notices = status?.notices.filter(({ code }) => !closed.has(code)) ?? [];
  const closeNotice = (code: string) => {
    panel.closedNotices.value = new Set([...closed, code]);
  };
  const problemWords = problem && actionWords[problem.action];
  return (
    <div class="banners">
      {status && !status.trusted && (
        <Banner icon="shield" action={action(t('trust'), () => void acts.act('trust_workspace'))}>
          {t('restricted')}
        </Banner>
      )}
      {status?.trusted && (status.offline || status.insteadOf !== undefined) && <Offline status={status} />}
      {session?.readOnly && <Banner icon="eye">{t('readOnly')}</Banner>}
      {session?.private && <Banner icon="lock">{t('privateSession')}</Banner>}
      {notices.map((notice) => {
        const words = actionWords[notice.action];
        return (
          <Banner
            key={notice.code}
            icon="info"
            action={
              <>
                {words && action(t(words), () => void acts.act(notice.action))}
                <IconButton icon="close" label={t('dismiss')} onClick={() => closeNotice(notice.code)} />
              </>
            }
          >
            {notice.message}
          </Banner>
        );
      })}
      {undo && (
        <Banner
          icon={undo.what === 'withdrawn' ? 'history' : 'trash'}
          action={
            <>
              {action(t('undo'), () => void acts.undo())}
              <IconButton
                icon="close"
                label={t('dismiss')}
                onClick={() => panel.dispatch({ type: 'undo', undo: undefined })}
              />
            </>
          }
        >
          {undoWords(undo)}
        </Banner>
      )}
      {problem && (
        <Banner
          error
          icon="error"
          action={
            <>
              {problemWords &&
                problem.action !== 'retry' &&
                action(t(problemWords), () => void acts.act(problem.action))}
              <IconButton
                icon="close"
                label={t('dismiss')}
                onClick={() => panel.dispatch({ type: 'problem', problem: undefined })}
              />
            </>
          }
        >
          {problem.message}
        </Banner>
      )}
    </div>
  );
}
