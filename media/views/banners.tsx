/** Lines that say how the panel or the session stands, each with the one thing that helps. */
import type { ComponentChildren } from 'preact';
import { t } from '../l10n.ts';
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
      <span class="banner-words">{props.children}</span>
      {props.action}
    </div>
  );
}

export function Banners() {
  const { panel, acts } = useApp();
  const { status, session, problem, undo } = panel.state.value;
  const action = (words: string, act: () => void) => (
    <button type="button" class="link" onClick={act}>
      {words}
    </button>
  );
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
      {status?.trusted && status.offline && (
        <Banner icon="circle-slash" action={action(t('setKey'), () => void acts.act('set_api_key'))}>
          {t('offline')}
        </Banner>
      )}
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
          icon="trash"
          action={
            <>
              {action(t('undo'), () => void acts.restore(undo.sessionId))}
              <IconButton
                icon="close"
                label={t('dismiss')}
                onClick={() => panel.dispatch({ type: 'undo', undo: undefined })}
              />
            </>
          }
        >
          {t('movedToTrash', undo.title)}
        </Banner>
      )}
      {problem && (
        <div role="alert">
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
        </div>
      )}
    </div>
  );
}
