import { percentile, type Slots } from '../../../src/protocol/latency.ts';
import type { UsageBucket } from '../../../src/protocol/usage.ts';
import { cost, duration, percent, promptTokens } from '../figures.ts';
import { share, unpriced } from '../series.ts';
import { t } from '../words.ts';

/** The range in a few figures. */
export function Tiles({ all }: { all: UsageBucket }) {
  const tiles: [name: string, figure: string, more: string][] = [
    [t('cost'), cost(all), all.unpriced === 0 ? '' : unpriced(all.unpriced)],
    [t('calls'), String(all.calls), ''],
    [t('errors'), percent(share(all.failures, all.calls) ?? 0), t('errorsOf', all.failures, all.calls)],
    [t('cacheShare'), percent(share(all.read, promptTokens(all)) ?? 0), t('ofPrompts')],
    [t('firstWord'), ...times(all.first)],
    [t('total'), ...times(all.total)],
  ];
  return (
    <dl class="tiles">
      {tiles.map(([name, figure, more]) => (
        <div key={name} class="tile">
          <dt>{name}</dt>
          <dd>
            <span class="figure">{figure}</span>
            {more !== '' && <span class="faint more">{more}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function times(slots: Slots): [figure: string, more: string] {
  const at = (part: number) => percentile(slots, part);
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  if (p50 === undefined || p95 === undefined || p99 === undefined) return ['–', ''];
  return [duration(p50), `p95 ${duration(p95)}, p99 ${duration(p99)}`];
}
