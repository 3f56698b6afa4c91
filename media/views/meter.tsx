import { type GroundingMode, groundingModes } from '../../src/protocol/entries.ts';
import { groundingWords, tokens } from '../format.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';

/** Modes that can be chosen. */
const offered: readonly GroundingMode[] = ['off', 'open_files'];

export function Grounding() {
  const { panel } = useApp();
  const { status } = panel.state.value;
  if (!status) return null;
  const modes = groundingModes.filter((mode) => offered.includes(mode) || mode === status.grounding);
  return (
    <select
      class="grounding"
      aria-label={t('grounding')}
      title={t('grounding')}
      value={status.grounding}
      onChange={(event) => {
        const chosen = modes.find((mode) => mode === event.currentTarget.value);
        if (chosen) void panel.ask('setGrounding', { grounding: chosen });
      }}
    >
      {modes.map((mode) => (
        <option key={mode} value={mode}>
          {t(groundingWords[mode])}
        </option>
      ))}
    </select>
  );
}

/** How much of the window the next request takes; opens what was sent last. */
export function Meter() {
  const { panel } = useApp();
  const preview = panel.preview.value;
  const { entries, session } = panel.state.value;
  if (!preview || !session) return null;
  const last = entries.findLast((entry) => entry.kind === 'assistant');
  const words = t('budget', tokens(preview.tokens), tokens(preview.window));
  const share = Math.min(1, preview.tokens / preview.window);
  return (
    <button
      type="button"
      class={share > 0.9 ? 'meter full' : 'meter'}
      title={words}
      aria-label={words}
      disabled={!last}
      onClick={() => {
        if (last && 'turnId' in last)
          void panel.ask('openReport', { sessionId: session.id, turnId: last.turnId });
      }}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle class="meter-ring" cx="8" cy="8" r="6" />
        {/* The path is one unit long, so the dash is the share that is taken. */}
        <circle class="meter-share" cx="8" cy="8" r="6" pathLength="1" stroke-dasharray={`${share} 1`} />
      </svg>
      <span>{t('window', tokens(preview.tokens), tokens(preview.window))}</span>
    </button>
  );
}
