/** Frames: which turns they hold, who wrote them, and their words, which can be read, edited and written again. */
import { useEffect, useState } from 'preact/hooks';
import type { PanelFrame } from '../../src/protocol/panelContext.ts';
import { frameKey } from '../contextState.ts';
import { moment, tokens } from '../format.ts';
import { t } from '../l10n.ts';
import { useApp } from './context.ts';
import { Icon, IconButton, TextButton } from './controls.tsx';
import { focusAgain } from './editText.tsx';
import { FrameForm, FrameWords } from './frameWords.tsx';

export function Frames({ frames, readOnly }: { frames: readonly PanelFrame[]; readOnly: boolean }) {
  const { context } = useApp();
  const [busy, setBusy] = useState(false);
  const compact = async () => {
    setBusy(true);
    await context.compact();
    setBusy(false);
  };
  const inner = frames.filter(({ within }) => within !== undefined);
  return (
    <section class="part" aria-labelledby="frames" data-section="frames">
      <h2 id="frames">{t('frames')}</h2>
      {frames.length === 0 && <p class="faint screen-note">{t('framesNone')}</p>}
      <FrameList frames={frames.filter(({ within }) => within === undefined)} readOnly={readOnly} />
      {inner.length > 0 && (
        <details class="step fold-part">
          <summary>{t('framesWithin', inner.length)}</summary>
          <FrameList frames={inner} readOnly={readOnly} />
        </details>
      )}
      {!readOnly && (
        <p class="part-buttons">
          <TextButton disabled={busy} onClick={() => void compact()}>
            {busy ? t('compacting') : t('compactNow')}
          </TextButton>
        </p>
      )}
    </section>
  );
}

const FrameList = ({ frames, readOnly }: { frames: readonly PanelFrame[]; readOnly: boolean }) => (
  <ul>
    {frames.map((frame) => (
      <Frame key={frameKey(frame)} frame={frame} readOnly={readOnly} />
    ))}
  </ul>
);

/** Which turns, in the words by which a frame is called. */
const turnsOf = ({ turnCount }: PanelFrame): string =>
  turnCount === 1 ? t('frameTurnOne') : t('frameTurns', turnCount);

function method({ method: way, model }: PanelFrame): string {
  switch (way) {
    case 'model':
      return model === undefined ? t('methodModelUnknown') : t('methodModel', model);
    case 'extractive':
      return t('methodExtractive');
    case 'edited':
      return t('methodEdited');
    default:
      return way satisfies never;
  }
}

function Frame({ frame, readOnly }: { frame: PanelFrame; readOnly: boolean }) {
  const { panel, context } = useApp();
  const { openFrames, frameWords } = panel.state.value.context;
  const [editing, setEditing] = useState(false);
  const [busy, setBusy] = useState(false);
  const { id, active } = frame;
  const key = frameKey(frame);
  const open = openFrames.has(key);
  const words = frameWords.get(id);
  const wanted = open && words === undefined;
  useEffect(() => {
    if (wanted) void context.loadFrame(id);
  }, [wanted, context, id]);
  const name = t('frameTitle', turnsOf(frame), moment(frame.from), moment(frame.to));
  const notes = [...(active ? [] : [t('frameOff')]), t('frameMeta', method(frame), tokens(frame.tokens))];
  const editId = `edit-${key}`;
  const rebuild = async () => {
    setBusy(true);
    await context.rebuild(id);
    setBusy(false);
  };
  return (
    <li class="frame">
      <div class="line">
        <button
          type="button"
          class="segment-open"
          aria-expanded={open}
          onClick={() => context.setFrameOpen(key, !open)}
        >
          <Icon name={open ? 'chevron-down' : 'chevron-right'} />
          <span class="line-words">
            {name}
            <span class="faint line-meta">{notes.join(' · ')}</span>
          </span>
        </button>
        {!readOnly && (
          <span class="line-acts">
            <IconButton
              icon="edit"
              id={editId}
              label={t('frameEdit', turnsOf(frame))}
              onClick={() => {
                context.setFrameOpen(key, true);
                setEditing(true);
              }}
            />
            <IconButton
              icon={busy ? 'loading codicon-modifier-spin' : 'refresh'}
              label={t('frameRebuild', turnsOf(frame))}
              disabled={busy}
              onClick={() => void rebuild()}
            />
            <IconButton
              icon={active ? 'eye' : 'eye-closed'}
              label={t(active ? 'frameSwitchOff' : 'frameSwitchOn', turnsOf(frame))}
              onClick={() => void context.change({ type: 'frame.active', frameId: id, active: !active })}
            />
          </span>
        )}
      </div>
      {open && words && !editing && <FrameWords body={words} />}
      {open && words && editing && (
        <FrameForm
          body={words}
          onEnd={(body) => {
            setEditing(false);
            focusAgain(editId);
            if (body) void context.change({ type: 'frame.edit', frameId: id, body });
          }}
        />
      )}
    </li>
  );
}
