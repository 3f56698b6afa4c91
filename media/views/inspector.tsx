/** The context inspector: everything that was or would be sent, with its size, its price and the reason. */
import type { Usage } from '../../src/protocol/content.ts';
import type { ContextView } from '../../src/protocol/contextView.ts';
import { type Inspector, segmentKeys } from '../contextState.ts';
import { dollars, secretWords, tokens } from '../format.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon, IconButton } from './controls.tsx';
import { NextTurn } from './nextTurn.tsx';
import { Screen } from './screen.tsx';
import { kindColours, SegmentItem } from './segment.tsx';

export function InspectorView() {
  const { panel, context } = useApp();
  const { inspector } = panel.state.value.context;
  if (!inspector) return null;
  const { of } = inspector;
  const sessionId = panel.sessionId;
  return (
    <Screen
      title={of.kind === 'next' ? t('contextNow') : t('contextOfTurn')}
      actions={
        <>
          {of.kind === 'turn' && sessionId && (
            <IconButton
              icon="file-text"
              label={t('contextReport')}
              onClick={() => void panel.ask('openReport', { sessionId, turnId: of.turnId })}
            />
          )}
          <IconButton icon="json" label={t('contextRequest')} onClick={() => void context.openRequest()} />
          <IconButton
            icon="notebook"
            label={t('openMemory')}
            onClick={() => context.showMemory(panel.openedFrom)}
          />
        </>
      }
    >
      {inspector.view ? (
        <Shown inspector={inspector} view={inspector.view} />
      ) : (
        <p class="faint screen-note">{t('contextLoading')}</p>
      )}
    </Screen>
  );
}

function Shown({ inspector, view }: { inspector: Inspector; view: ContextView }) {
  const { report, costs, secrets } = view;
  const unmasked = secrets.filter(({ masked }) => !masked);
  const keys = segmentKeys(report.segments);
  const next = inspector.of.kind === 'next';
  return (
    <>
      <Summary view={view} />
      {unmasked.length > 0 && (
        <p class="secrets">
          <Icon name="warning" />
          {secretWords(unmasked.length, next)}
        </p>
      )}
      {report.masked && (
        <p class="masked">
          <Icon name="shield" />
          {t('maskedSome', report.masked.map(({ what, count }) => `${count} × ${what}`).join(', '))}
        </p>
      )}
      {report.transformed && (
        <p class="masked">
          <Icon name="edit" />
          {t(
            'transformedBy',
            report.transformed.files.join(', '),
            report.transformed.parts.map(({ place }) => place).join(', '),
          )}
        </p>
      )}
      <div class="bar" aria-hidden="true">
        {report.segments.map(({ kind, tokens: size }, index) => (
          <span key={keys[index]} class={`colour-${kindColours[kind]}`} style={{ flexGrow: size }} />
        ))}
      </div>
      <ul class="segments" aria-label={t('contextParts')} data-section="segments">
        {report.segments.map((segment, index) => {
          const key = keys[index] ?? String(index);
          return (
            <SegmentItem
              key={key}
              id={key}
              index={index}
              segment={segment}
              cost={costs[index]}
              counted={view.usage !== undefined}
              secrets={secrets.filter((mark) => mark.segment === index)}
              open={inspector.open.has(key)}
              text={inspector.texts.get(key)}
              version={inspector.version}
            />
          );
        })}
      </ul>
      <NextTurn />
      {report.omitted.length > 0 && (
        <section class="part">
          <h2>{t('notSent')}</h2>
          <ul>
            {report.omitted.map(({ label, tokens: size, reason }, index) => (
              <li key={`${index} ${label}`} class="omitted">
                <span class="omitted-label">{label}</span>
                <span class="faint">{tokens(size)}</span>
                <span class="faint omitted-why">{reason}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Tokens, price and cache of the request: as the API counted them, else as they were estimated. */
function Summary({ view: { report, costs, usage, costUsd, turn } }: { view: ContextView }) {
  const counted = usage && promptOf(usage);
  const all = counted ?? report.segments.reduce((sum, one) => sum + one.tokens, 0);
  const cached = usage?.cacheReadTokens ?? costs.reduce((sum, one) => sum + one.cached, 0);
  const usd = counted === undefined ? estimated(costs) : costUsd;
  const parts = [
    t('contextTotal', tokens(all), tokens(report.window)),
    // Before it is sent, and where the API did not say, nobody knows what of it the cache had.
    ...(usd === undefined ? [] : [counted === undefined ? t('costUncached', dollars(usd)) : dollars(usd)]),
    ...(all > 0 && cached > 0 ? [t('contextCached', Math.min(100, Math.round((100 * cached) / all)))] : []),
    ...(usage ? [t('tokensOut', tokens(usage.outputTokens))] : []),
    t('contextReserve', tokens(report.outputReserve)),
    report.model,
  ];
  const whole = turn && wholeTurn(turn, usage);
  return (
    <>
      <p class="summary">{parts.join(' · ')}</p>
      {whole && <p class="summary whole-turn">{whole}</p>}
    </>
  );
}

/** What the turn took together, where this was not its only request. */
function wholeTurn(
  { state, usage, costUsd }: NonNullable<ContextView['turn']>,
  ofRequest: Usage | undefined,
): string | undefined {
  if (state === 'running') return t('contextRunning');
  if (!usage) return undefined;
  const isOnly = ofRequest && promptOf(ofRequest) === promptOf(usage);
  if (isOnly) return undefined;
  const cost = costUsd === undefined ? t('priceUnknown') : dollars(costUsd);
  const parts = [t('tokensIn', tokens(promptOf(usage))), t('tokensOut', tokens(usage.outputTokens)), cost];
  return t(ofRequest ? 'contextWholeTurn' : 'contextWholeTurnUncounted', parts.join(' · '));
}

const promptOf = ({ inputTokens, cacheCreationTokens, cacheReadTokens }: Usage): number =>
  inputTokens + cacheCreationTokens + cacheReadTokens;

/** Undefined where the price of one part is not known. */
function estimated(costs: ContextView['costs']): number | undefined {
  if (costs.length === 0 || costs.some(({ usd }) => usd === undefined)) return undefined;
  return costs.reduce((sum, { usd = 0 }) => sum + usd, 0);
}
