import type { UsageOverview } from '../../../src/protocol/usage.ts';
import { moment } from '../figures.ts';
import type { Chart } from '../series.ts';
import { t } from '../words.ts';

/** The figures of a chart; stretches in which nothing was are left out. */
export function ChartTable({
  chart,
  overview: { from, step, range },
}: {
  chart: Chart;
  overview: Pick<UsageOverview, 'from' | 'step' | 'range'>;
}) {
  const count = chart.series[0]?.values.length ?? 0;
  const rows = Array.from({ length: count }, (_, at) => at).filter((at) =>
    chart.series.some(({ values }) => (values[at] ?? 0) !== 0),
  );
  return (
    <details class="figures">
      <summary>
        {t('asTable')}
        <span class="for-readers">: {chart.title}</span>
      </summary>
      {rows.length === 0 ? (
        <p class="faint">{t('nothing')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys too.
        <section class="scrolls" tabIndex={0} aria-label={chart.title}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('time')}</th>
                {chart.series.map(({ name }) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((at) => (
                <tr key={at}>
                  <th scope="row">{moment(from + at * step, range)}</th>
                  {chart.series.map(({ name, values }) => (
                    <td key={name} class="number">
                      {values[at] === undefined ? '–' : chart.write(values[at])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  );
}
