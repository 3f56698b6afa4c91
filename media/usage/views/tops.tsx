import type { UsageGroupName, UsageSum } from '../../../src/protocol/usage.ts';
import { tokens } from '../../format.ts';
import { clientName, cost, promptTokens, sessionName } from '../figures.ts';
import type { UsagePage } from '../usagePage.ts';
import { t, type UsageWords } from '../words.ts';

/** Rows that are shown: those that matter, and no page of them. */
const mostRows = 8;

const titles = {
  session: 'sessions',
  client: 'clients',
  model: 'models',
} as const satisfies Record<UsageGroupName, UsageWords>;

const all = (sum: UsageSum): number => promptTokens(sum) + sum.output;

/** What used most, the dearest first. */
export function Tops({ group, page }: { group: UsageGroupName; page: UsagePage }) {
  const { overview } = page.state.value;
  const sums = [...(overview?.sums[group] ?? [])].sort((a, b) => b.cost - a.cost || all(b) - all(a));
  const most = Math.max(1, ...sums.map(all));
  const more = sums.length - mostRows;
  const title = t(titles[group]);
  return (
    <section class="top">
      <h2>{title}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="for-readers">{title}</span>
            </th>
            <th scope="col" class="number">
              {t('calls')}
            </th>
            <th scope="col" class="number">
              {t('tokens')}
            </th>
            <th scope="col" class="number">
              {t('cost')}
            </th>
          </tr>
        </thead>
        <tbody>
          {sums.slice(0, mostRows).map((sum) => (
            <tr key={sum.key}>
              <th scope="row">
                <Name group={group} id={sum.key} page={page} />
                <svg class="share" width="100%" height="3" aria-hidden="true">
                  <rect class="bar blue" width={`${(100 * all(sum)) / most}%`} height="3" />
                </svg>
              </th>
              <td class="number">{sum.calls}</td>
              <td class="number">{tokens(all(sum))}</td>
              <td class="number">{cost(sum)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && <p class="faint">{t('more', more)}</p>}
    </section>
  );
}

function Name({ group, id, page }: { group: UsageGroupName; id: string; page: UsagePage }) {
  const { names } = page.state.value;
  if (group === 'model') return <span class="name">{id === '' ? '–' : id}</span>;
  if (group === 'client') return <span class="name">{clientName(id, names)}</span>;
  const name = sessionName(id, names);
  // Only sessions of this window can be shown here.
  if (names[id] === undefined) return <span class="name">{name}</span>;
  return (
    <button
      type="button"
      class="link name"
      title={name}
      aria-label={t('showSession', name)}
      onClick={() => page.showSession(id)}
    >
      {name}
    </button>
  );
}
