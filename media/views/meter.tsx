import { groundingModes } from '../../src/protocol/entries.ts';
import { groundingWords, maskedWords, secretWords, tokens } from '../format.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon } from './controls.tsx';

export function Grounding() {
  const { panel } = useApp();
  const { status } = panel.state.value;
  if (!status) return null;
  return (
    <select
      class="grounding"
      aria-label={t('grounding')}
      title={t('grounding')}
      value={status.grounding}
      onChange={(event) => {
        const chosen = groundingModes.find((mode) => mode === event.currentTarget.value);
        const { sessionId } = panel;
        if (chosen && sessionId) void panel.ask('setGrounding', { sessionId, grounding: chosen });
      }}
    >
      {groundingModes.map((mode) => (
        <option key={mode} value={mode}>
          {t(groundingWords[mode])}
        </option>
      ))}
    </select>
  );
}

/** How much of the window the next request takes; opens what would be sent. */
export function Meter() {
  const { panel, context } = useApp();
  const preview = panel.preview.value;
  const { session } = panel.state.value;
  if (!preview || !session) return null;
  const budget = t('budget', tokens(preview.tokens), tokens(preview.window));
  const words = [
    ...(preview.secrets > 0 ? [secretWords(preview.secrets, true)] : []),
    ...(preview.masked > 0 ? [maskedWords(preview.masked)] : []),
    budget,
  ].join(' ');
  const share = Math.min(1, preview.tokens / preview.window);
  return (
    <button
      type="button"
      id="meter"
      class={share > 0.9 ? 'meter full' : 'meter'}
      title={words}
      aria-label={words}
      onClick={() => context.inspect({ kind: 'next' }, 'meter')}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle class="meter-ring" cx="8" cy="8" r="6" />
        {/* The path is one unit long, so the dash is the share that is taken. */}
        <circle class="meter-share" cx="8" cy="8" r="6" pathLength="1" stroke-dasharray={`${share} 1`} />
      </svg>
      <span>{t('window', tokens(preview.tokens), tokens(preview.window))}</span>
      {preview.secrets > 0 && <Icon name="warning" />}
      {preview.secrets === 0 && preview.masked > 0 && <Icon name="shield" />}
    </button>
  );
}
