import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { UsageOverview } from '../../../src/protocol/usage.ts';
import { moment } from '../figures.ts';
import { named, ticksOf } from '../scale.ts';
import type { Chart, Series } from '../series.ts';
import { t } from '../words.ts';
import { ChartTable } from './chartTable.tsx';

const height = 176;
/** Room around the drawing, for the words of its scales. */
const margin = { top: 8, right: 4, bottom: 20, left: 48 };
/** Width of a word below, in px, with some room. */
const wordWidth = 76;

type Stretches = Pick<UsageOverview, 'range' | 'from' | 'step'>;

/** A chart with its legend, and its figures as a table for whoever does not see it. */
export function Plot({ chart, overview }: { chart: Chart; overview: Stretches }) {
  const [width, setWidth] = useState(360);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setWidth(Math.max(200, element.clientWidth));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  const isEmpty = chart.series.every(({ values }) => values.every((value) => (value ?? 0) === 0));
  const words = isEmpty ? t('chartEmpty', chart.title) : t('chartOf', chart.title, chart.summary);
  return (
    <figure class="chart" id={`chart-${chart.id}`}>
      <figcaption>
        <h2>{chart.title}</h2>
        <span class="faint">{chart.summary}</span>
      </figcaption>
      {chart.series.length > 1 && <Legend series={chart.series} kind={chart.kind} />}
      <div class="plot" ref={box}>
        <svg width={width} height={height} role="img" aria-label={words}>
          <Drawing chart={chart} overview={overview} width={width} />
          {isEmpty && (
            <text class="scale" x={(width + margin.left) / 2} y={height / 2} text-anchor="middle">
              {t('nothing')}
            </text>
          )}
        </svg>
      </div>
      {chart.note !== undefined && <p class="faint">{chart.note}</p>}
      <ChartTable chart={chart} overview={overview} />
    </figure>
  );
}

function Legend({ series, kind }: { series: readonly Series[]; kind: Chart['kind'] }) {
  return (
    <ul class="legend" aria-hidden="true">
      {series.map(({ name, look }) => (
        <li key={name}>
          <svg width="20" height="10" aria-hidden="true">
            {kind === 'bars' ? (
              <rect class={`bar ${look}`} x="5" y="0" width="10" height="10" />
            ) : (
              <path class={`line ${look}`} d="M0 5H20" />
            )}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

function Drawing({ chart, overview, width }: { chart: Chart; overview: Stretches; width: number }) {
  const count = chart.series[0]?.values.length ?? 0;
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  const sums = Array.from({ length: count }, (_, at) =>
    chart.series.reduce(
      (sum, { values }) => (chart.kind === 'bars' ? sum + (values[at] ?? 0) : Math.max(sum, values[at] ?? 0)),
      0,
    ),
  );
  const isWhole = chart.series.every(({ values }) => values.every((value) => Number.isInteger(value ?? 0)));
  const ticks = chart.top === undefined ? ticksOf(Math.max(0, ...sums), isWhole) : [0, 0.25, 0.5, 0.75, 1];
  const top = ticks.at(-1) ?? 1;
  const wide = inner.width / Math.max(1, count);
  const x = (at: number) => margin.left + at * wide;
  const y = (value: number) => margin.top + inner.height * (1 - value / top);
  const place = { x, y, wide };
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick}>
          <path class="grid" d={`M${margin.left} ${y(tick)}H${width - margin.right}`} />
          <text class="scale" x={margin.left - 6} y={y(tick)} text-anchor="end" dominant-baseline="middle">
            {chart.write(tick)}
          </text>
        </g>
      ))}
      {named(count, inner.width, wordWidth).map((at) => (
        <text key={at} class="scale" x={x(at)} y={height - 4} text-anchor="start">
          {moment(overview.from + at * overview.step, overview.range)}
        </text>
      ))}
      {chart.kind === 'bars' ? (
        <Bars series={chart.series} place={place} />
      ) : (
        chart.series.map((one) => <Line key={one.name} series={one} place={place} />)
      )}
      {sums.map((_, at) => (
        // Shows the figures of one stretch to whoever points at it; the table has them for everybody.
        <rect key={at} class="point-at" x={x(at)} y={margin.top} width={wide} height={inner.height}>
          <title>{told(chart, overview, at)}</title>
        </rect>
      ))}
    </>
  );
}

function told(chart: Chart, { from, step, range }: Stretches, at: number): string {
  const lines = chart.series.map(({ name, values }) => {
    const value = values[at];
    return `${name}: ${value === undefined ? '–' : chart.write(value)}`;
  });
  return [moment(from + at * step, range), ...lines].join('\n');
}

interface Place {
  x(at: number): number;
  y(value: number): number;
  wide: number;
}

function Bars({ series, place: { x, y, wide } }: { series: readonly Series[]; place: Place }) {
  const count = series[0]?.values.length ?? 0;
  const gap = Math.min(2, wide / 4);
  return (
    <>
      {Array.from({ length: count }, (_, at) => {
        let below = 0;
        return series.map(({ name, look, values }) => {
          const value = values[at] ?? 0;
          const from = y(below);
          below += value;
          return value === 0 ? null : (
            <rect
              key={`${name} ${at}`}
              class={`bar ${look}`}
              x={x(at) + gap / 2}
              y={y(below)}
              width={wide - gap}
              // What is there at all is seen.
              height={Math.max(1, from - y(below))}
            />
          );
        });
      })}
    </>
  );
}

/** Stretches without a value break the line; one that stands alone is a point. */
function Line({ series: { look, values }, place: { x, y, wide } }: { series: Series; place: Place }) {
  const middle = (at: number) => x(at) + wide / 2;
  const path = values
    .map((value, at) => {
      if (value === undefined) return '';
      return `${values[at - 1] === undefined ? 'M' : 'L'}${middle(at)} ${y(value)}`;
    })
    .join('');
  return (
    <>
      <path class={`line ${look}`} d={path} />
      {values.map((value, at) =>
        value === undefined ? null : (
          <circle key={at} class={`dot ${look}`} cx={middle(at)} cy={y(value)} r="2" />
        ),
      )}
    </>
  );
}
