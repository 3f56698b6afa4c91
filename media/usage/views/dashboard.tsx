import { type UsageRange, usageGroupNames, usageRanges } from '../../../src/protocol/usage.ts';
import { chartsOf, stretches, whole } from '../series.ts';
import type { UsagePage } from '../usagePage.ts';
import { t } from '../words.ts';
import { LiveLog } from './liveLog.tsx';
import { Plot } from './plot.tsx';
import { Tiles } from './tiles.tsx';
import { Tops } from './tops.tsx';

export function Dashboard({ page }: { page: UsagePage }) {
  const state = page.state.value;
  const { overview, problem, range } = state;
  const buckets = stretches(state);
  const isEmpty = overview !== undefined && whole(buckets).calls === 0;
  return (
    <>
      <header class="head">
        <h1>{t('heading')}</h1>
        <Ranges chosen={range} choose={(one) => page.choose(one)} />
      </header>
      {/* One region tells of what changed as a whole; single calls come too often to be said. */}
      <p class="for-readers" aria-live="polite">
        {problem ? problem.message : overview ? t('updated', t(range)) : t('loading')}
      </p>
      {problem && <p class="problem">{problem.message}</p>}
      {!overview && !problem && <p class="faint loading">{t('loading')}</p>}
      {isEmpty && (
        <section class="empty">
          <p>{t('empty')}</p>
          <p class="faint">{t('emptyMore')}</p>
        </section>
      )}
      {overview && !isEmpty && (
        <>
          <Tiles all={whole(buckets)} />
          <div class="charts">
            {chartsOf(buckets).map((chart) => (
              <Plot key={chart.id} chart={chart} overview={overview} />
            ))}
          </div>
          <div class="tops">
            {usageGroupNames.map((group) => (
              <Tops key={group} group={group} page={page} />
            ))}
          </div>
        </>
      )}
      {overview && <LiveLog page={page} />}
    </>
  );
}

function Ranges({ chosen, choose }: { chosen: UsageRange; choose(range: UsageRange): void }) {
  return (
    <fieldset class="ranges">
      <legend class="for-readers">{t('range')}</legend>
      {usageRanges.map((range) => (
        <label key={range} class="range">
          <input type="radio" name="range" checked={range === chosen} onChange={() => choose(range)} />
          <span>{t(range)}</span>
        </label>
      ))}
    </fieldset>
  );
}
