import type { UsageCall } from '../../../src/protocol/usage.ts';
import { dollars, tokens } from '../../format.ts';
import { TextButton } from '../../views/controls.tsx';
import { clientName, door, duration, outcome, promptTokens, sessionName } from '../figures.ts';
import type { UsagePage } from '../usagePage.ts';
import { heldBack, linesOf, mostLines } from '../usageState.ts';
import { t } from '../words.ts';

/** Calls as they come, the newest first. */
export function LiveLog({ page }: { page: UsagePage }) {
  const state = page.state.value;
  const isPaused = state.pausedAt !== undefined;
  const held = heldBack(state);
  const lines = linesOf(state);
  return (
    <section class="log">
      <div class="log-head">
        <h2>{t('log')}</h2>
        <input
          type="search"
          class="filter"
          aria-label={t('filter')}
          placeholder={t('filter')}
          value={state.filter}
          onInput={(event) => page.dispatch({ type: 'filter', filter: event.currentTarget.value })}
        />
        <label class="only">
          <input
            type="checkbox"
            checked={state.failuresOnly}
            onChange={(event) => page.dispatch({ type: 'failuresOnly', on: event.currentTarget.checked })}
          />
          {t('failuresOnly')}
        </label>
        <TextButton onClick={() => page.dispatch({ type: isPaused ? 'resume' : 'pause' })}>
          {isPaused ? (held > 0 ? t('resumeWith', held) : t('resume')) : t('pause')}
        </TextButton>
      </div>
      {lines.length === 0 ? (
        <p class="faint">{t('noLines')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys too.
        <section class="scrolls lines" tabIndex={0} aria-label={t('newestLines', mostLines)}>
          <table>
            <thead>
              <tr>
                {[t('time'), t('who'), t('door'), t('model'), t('session')].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
                {[t('in'), t('out'), t('cost'), t('first'), t('all'), t('masked')].map((name) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
                <th scope="col">{t('outcome')}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((call) => (
                <Line key={call.id} call={call} names={state.names} show={() => page.showBodies(call.id)} />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

function Line({
  call,
  names,
  show,
}: {
  call: UsageCall;
  names: Readonly<Record<string, string>>;
  show(): void;
}) {
  const { tokens: used, session } = call;
  const time = new Date(call.at).toLocaleTimeString();
  const priced = call.cost === undefined ? (used ? t('unknown') : '–') : dollars(call.cost);
  return (
    <tr class={call.outcome === 'done' ? undefined : 'failure'}>
      <td>{time}</td>
      <td>{clientName(call.client, names)}</td>
      <td>{door(call)}</td>
      <td>{call.model === '' ? '–' : call.model}</td>
      <td class="session">{session === undefined ? '–' : sessionName(session, names)}</td>
      <td class="number">{used ? tokens(promptTokens(used)) : '–'}</td>
      <td class="number">{used ? tokens(used.output) : '–'}</td>
      <td class="number">{priced}</td>
      <td class="number">{call.firstTokenMs === undefined ? '–' : duration(call.firstTokenMs)}</td>
      <td class="number">{duration(call.totalMs)}</td>
      <td class="number">{call.masked ?? '–'}</td>
      <td>
        {outcome(call)}
        {call.hasBodies && (
          <button type="button" class="link said" aria-label={t('showSaid', time)} onClick={show}>
            {t('said')}
          </button>
        )}
      </td>
    </tr>
  );
}
